package httpapi

import "net/http"

// VisitAddPlanClassResponse sends the reply.
func (p reply) VisitAddPlanClassResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitOpenAggregationResponse sends the reply.
func (p reply) VisitOpenAggregationResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitDefineRecordKindResponse sends the reply.
func (p reply) VisitDefineRecordKindResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitAddScheduleResponse sends the reply.
func (p reply) VisitAddScheduleResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitRecordTriggerResponse sends the reply.
func (p reply) VisitRecordTriggerResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitReviewRetentionResponse sends the reply.
func (p reply) VisitReviewRetentionResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitIssueHoldResponse sends the reply.
func (p reply) VisitIssueHoldResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitAskDisposalResponse sends the reply.
func (p reply) VisitAskDisposalResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitRegisterPaperItemResponse sends the reply.
func (p reply) VisitRegisterPaperItemResponse(w http.ResponseWriter) error { return p.send(w) }
