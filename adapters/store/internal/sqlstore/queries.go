package sqlstore

// Every statement stands here, once for both engines where they agree. The
// parameters are numbered in the order of their first use, lists read one row
// more than a page to know whether it is the last, and a keyset is a row value.

// forUpdate locks what a unit of work read by id until it ends. SQLite has one
// writer and needs no such words.
const forUpdate = ` FOR UPDATE`

// skipLocked leaves out what another unit has locked.
const skipLocked = forUpdate + ` SKIP LOCKED`

// What is looked for under several ids: SQLite is given them as an array of JSON.
const (
	inList       = `IN (SELECT value FROM json_each($2))`
	inArray      = `= ANY($2::text[])`
	inThirdList  = `IN (SELECT value FROM json_each($3))`
	inThirdArray = `= ANY($3::text[])`
)

// LockKeys keeps other transactions from locking the same keys: the guard of
// what is not there and of what no row stands for. Only PostgreSQL needs it.
const LockKeys = `SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k`

const (
	changeRequestByID = `SELECT rev, events, doc FROM coordkit_change_request WHERE tenant = $1 AND id = $2`

	lockChangeRequest = changeRequestByID + forUpdate

	insertChangeRequest = `INSERT INTO coordkit_change_request
 (tenant, id, rev, events, state, category, applicant, opened, slot_class, slot_start, slot_end,
  decide_by, approval_due, deferred_until, approval_expires, approval_turns, notice_owed, entered, doc)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

	updateChangeRequest = `UPDATE coordkit_change_request
 SET rev = rev + 1, events = $1, state = $2, category = $3, applicant = $4, opened = $5,
  slot_class = $6, slot_start = $7, slot_end = $8, decide_by = $9, approval_due = $10, deferred_until = $11,
  approval_expires = $12, approval_turns = $13, notice_owed = $14, entered = $15, doc = $16
 WHERE tenant = $17 AND id = $18 AND rev = $19`

	insertChangeItem = `INSERT INTO coordkit_change_item (tenant, item, opened, id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	deleteChangeItem = `DELETE FROM coordkit_change_item WHERE tenant = $1 AND item = $2 AND opened = $3 AND id = $4`
	insertChangeTerm = `INSERT INTO coordkit_change_term (tenant, term, opened, id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	deleteChangeTerm = `DELETE FROM coordkit_change_term WHERE tenant = $1 AND term = $2 AND opened = $3 AND id = $4`

	changeBundleByID = `SELECT rev, doc FROM coordkit_change_bundle WHERE tenant = $1 AND id = $2`

	lockChangeBundle = changeBundleByID + forUpdate

	insertChangeBundle = `INSERT INTO coordkit_change_bundle (tenant, id, rev, events, created, doc) VALUES ($1, $2, $3, $4, $5, $6)`

	updateChangeBundle = `UPDATE coordkit_change_bundle SET rev = rev + 1, events = $1, created = $2, doc = $3
 WHERE tenant = $4 AND id = $5 AND rev = $6`

	changeBundles = `SELECT rev, doc FROM coordkit_change_bundle
 WHERE tenant = $1 AND (created, id) < ($2, $3)
 ORDER BY created DESC, id DESC LIMIT $4`

	nextChangeNumber = `INSERT INTO coordkit_change_number (tenant, series, last) VALUES ($1, $2, 1)
 ON CONFLICT (tenant, series) DO UPDATE SET last = coordkit_change_number.last + 1 RETURNING last`
)

// The lists of change requests: one statement for each filter that leads into
// an index, the others on top of it.
const (
	changeRequests = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.opened, r.id) < ($2, $3)
 ORDER BY r.opened DESC, r.id DESC LIMIT $4`

	changeRequestsByCategory = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.opened, r.id) < ($2, $3) AND r.category = $4
 ORDER BY r.opened DESC, r.id DESC LIMIT $5`

	changeRequestsByState = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.opened, r.id) < ($2, $3) AND r.state = $4 AND ($5 = '' OR r.category = $5)
 ORDER BY r.opened DESC, r.id DESC LIMIT $6`

	changeRequestsByApplicant = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.opened, r.id) < ($2, $3) AND r.applicant = $4
  AND ($5 = '' OR r.state = $5) AND ($6 = '' OR r.category = $6)
 ORDER BY r.opened DESC, r.id DESC LIMIT $7`

	changeRequestsByTerm = `SELECT r.rev, r.doc FROM coordkit_change_term x
 JOIN coordkit_change_request r ON r.tenant = x.tenant AND r.id = x.id
 WHERE x.tenant = $1 AND (x.opened, x.id) < ($2, $3) AND x.term = $4
  AND ($5 = '' OR r.state = $5) AND ($6 = '' OR r.category = $6) AND ($7 = '' OR r.applicant = $7)` + otherTerms

	changeRequestsByItem = `SELECT r.rev, r.doc FROM coordkit_change_item x
 JOIN coordkit_change_request r ON r.tenant = x.tenant AND r.id = x.id
 WHERE x.tenant = $1 AND (x.opened, x.id) < ($2, $3) AND x.item = $4
  AND ($5 = '' OR r.state = $5) AND ($6 = '' OR r.category = $6) AND ($7 = '' OR r.applicant = $7)` + otherTerms

	otherTerms = `
  AND ($8 = '' OR EXISTS (SELECT 1 FROM coordkit_change_term t WHERE t.tenant = x.tenant AND t.term = $8 AND t.opened = x.opened AND t.id = x.id))
  AND ($9 = '' OR EXISTS (SELECT 1 FROM coordkit_change_term t WHERE t.tenant = x.tenant AND t.term = $9 AND t.opened = x.opened AND t.id = x.id))
  AND ($10 = '' OR EXISTS (SELECT 1 FROM coordkit_change_term t WHERE t.tenant = x.tenant AND t.term = $10 AND t.opened = x.opened AND t.id = x.id))
  AND ($11 = '' OR EXISTS (SELECT 1 FROM coordkit_change_term t WHERE t.tenant = x.tenant AND t.term = $11 AND t.opened = x.opened AND t.id = x.id))
 ORDER BY x.opened DESC, x.id DESC LIMIT $12`

	// changeWindows looks into each class of slots for those that can reach into
	// the window: they start less than the longest slot of the class before it.
	// See slotClass. The classes are written out so that each is a range of the
	// index whatever a planner thinks of the window.
	changeWindows = `SELECT few.rev, few.doc FROM (` +
		slotsOf + `15` + reaching + `1073741824` + into +
		unionAll +
		slotsOf + `16` + reaching + `4294967296` + into +
		unionAll +
		slotsOf + `17` + reaching + `17179869184` + into +
		unionAll +
		slotsOf + `18` + reaching + `68719476736` + into +
		unionAll +
		slotsOf + `19` + reaching + `274877906944` + into +
		unionAll +
		slotsOf + `20` + reaching + `1099511627776` + into +
		unionAll +
		slotsOf + `21` + reaching + `4398046511104` + into +
		unionAll +
		slotsOf + `22` + reaching + `17592186044416` + into +
		unionAll +
		slotsOf + `23` + reaching + `70368744177664` + into +
		unionAll +
		slotsOf + `24` + reaching + `281474976710656` + into +
		unionAll +
		slotsOf + `25` + reaching + `1125899906842624` + into +
		unionAll +
		slotsOf + `26` + reaching + `4503599627370496` + into +
		unionAll +
		slotsOf + `27` + reaching + `18014398509481984` + into +
		`) AS few WHERE (few.slot_start, few.id) > ($4, $5) ORDER BY few.slot_start, few.id LIMIT $6`

	slotsOf  = ` SELECT r.slot_start, r.id, r.rev, r.doc FROM coordkit_change_request r WHERE r.tenant = $1 AND r.slot_class = `
	reaching = ` AND r.slot_start > CAST($2 AS BIGINT) - `
	into     = ` AND r.slot_start < $3 AND r.slot_end > $2`
	unionAll = ` UNION ALL`

	changeRequestsDueDecision = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.decide_by, r.id) > ($2, $3) AND r.decide_by <= $4
 ORDER BY r.decide_by, r.id LIMIT $5`

	changeRequestsDueApproval = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.approval_due, r.id) > ($2, $3) AND r.approval_due <= $4
 ORDER BY r.approval_due, r.id LIMIT $5`

	changeRequestsDueTurn = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.approval_turns, r.id) > ($2, $3) AND r.approval_turns <= $4
 ORDER BY r.approval_turns, r.id LIMIT $5`

	changeRequestsDueResume = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.deferred_until, r.id) > ($2, $3) AND r.deferred_until <= $4
 ORDER BY r.deferred_until, r.id LIMIT $5`

	changeRequestsDueExpiry = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.approval_expires, r.id) > ($2, $3) AND r.approval_expires <= $4
 ORDER BY r.approval_expires, r.id LIMIT $5`

	changeRequestsDueNotice = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.notice_owed, r.id) > ($2, $3) AND r.notice_owed <= $4
 ORDER BY r.notice_owed, r.id LIMIT $5`

	changeRequestsDueState = `SELECT r.rev, r.doc FROM coordkit_change_request r
 WHERE r.tenant = $1 AND (r.entered, r.id) > ($2, $3) AND r.entered <= $4 AND r.state = $5
 ORDER BY r.entered, r.id LIMIT $6`

	// countTerm counts the requests with a word up to a bound, to lead a search
	// by the rarest of its words.
	countTerm = `SELECT count(*) FROM (SELECT 1 FROM coordkit_change_term WHERE tenant = $1 AND term = $2 LIMIT $3) AS few`
)

const (
	recordColumns = `id, rev, events, kind, title, subject, name, media_type, digest, size, dated, filed, filed_by`

	recordByID = `SELECT ` + recordColumns + ` FROM coordkit_record WHERE tenant = $1 AND id = $2`

	lockRecord = recordByID + forUpdate

	recordsOf      = `SELECT ` + recordsAmong + inList + ` ORDER BY id`
	recordsOfArray = `SELECT ` + recordsAmong + inArray + ` ORDER BY id`
	lockRecords    = recordsOfArray + forUpdate

	recordsAmong = recordColumns + ` FROM coordkit_record WHERE tenant = $1 AND id `

	insertRecord = `INSERT INTO coordkit_record (tenant, ` + recordColumns + `)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	updateRecord = `UPDATE coordkit_record
 SET rev = rev + 1, events = $1, kind = $2, title = $3, subject = $4, name = $5, media_type = $6, digest = $7,
  size = $8, dated = $9, filed = $10, filed_by = $11
 WHERE tenant = $12 AND id = $13 AND rev = $14`

	records = `SELECT ` + recordColumns + ` FROM coordkit_record
 WHERE tenant = $1 AND (filed, id) < ($2, $3)
 ORDER BY filed DESC, id DESC LIMIT $4`

	recordsByKind = `SELECT ` + recordColumns + ` FROM coordkit_record
 WHERE tenant = $1 AND (filed, id) < ($2, $3) AND kind = $4
 ORDER BY filed DESC, id DESC LIMIT $5`

	recordsBySubject = `SELECT ` + recordColumns + ` FROM coordkit_record
 WHERE tenant = $1 AND (filed, id) < ($2, $3) AND subject = $4 AND subject > '' AND ($5 = '' OR kind = $5)
 ORDER BY filed DESC, id DESC LIMIT $6`

	// Once in a while, when a content is to be destroyed: an index would cost every
	// record that is filed more than all that such a search takes.
	recordsByDigest = `SELECT ` + recordColumns + ` FROM coordkit_record
 WHERE tenant = $1 AND (filed, id) < ($2, $3) AND digest = $4 AND ($5 = '' OR kind = $5) AND ($6 = '' OR subject = $6)
 ORDER BY filed DESC, id DESC LIMIT $7`

	contentByDigest = `SELECT content FROM coordkit_record_content WHERE tenant = $1 AND digest = $2`

	contentsOf      = `SELECT ` + contentsAmong + inList
	contentsOfArray = `SELECT ` + contentsAmong + inArray

	contentsAmong = `digest, content FROM coordkit_record_content WHERE tenant = $1 AND digest `

	deleteContent = `DELETE FROM coordkit_record_content WHERE tenant = $1 AND digest = $2`

	insertContent = `INSERT INTO coordkit_record_content (tenant, digest, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
)

const (
	referenceColumns = `id, type, source_kind, source_value, target_kind, target_value, reason, author, at, terms`

	// anEnd is the kind of an end. Compared with the parameter as it stands, SQLite would
	// plan a statement anew with each kind: it may be the one that an index is made for.
	anEnd = `CAST($2 AS TEXT)`

	referenceByID = `SELECT ` + referenceColumns + ` FROM coordkit_reference
 WHERE tenant = $1 AND source_kind = ` + anEnd + ` AND source_value = $3 AND id = $4`

	// The range, of one id, keeps SQLite from looking through all references.
	openReferenceByID = `SELECT ` + referenceColumns + ` FROM coordkit_reference
 WHERE tenant = $1 AND id BETWEEN $2 AND $2 AND (source_kind = 'text' OR target_kind = 'text')`

	insertReference = `INSERT INTO coordkit_reference (tenant, ` + referenceColumns + `)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`

	redactReference = `UPDATE coordkit_reference SET reason = $1, author = $2
 WHERE tenant = $3 AND source_kind = CAST($4 AS TEXT) AND source_value = $5 AND id = $6`

	referencesOutward = `SELECT ` + referenceColumns + ` FROM coordkit_reference
 WHERE tenant = $1 AND source_kind = ` + anEnd + ` AND source_value = $3 AND id > $4
 ORDER BY id LIMIT $5`

	referencesOpen = `SELECT ` + referenceColumns + ` FROM coordkit_reference
 WHERE tenant = $1 AND (source_kind = 'text' OR target_kind = 'text') AND id > $2
 ORDER BY id LIMIT $3`

	// The edges at several records: $2 and $3 are the records and the types, in an
	// array of JSON where there are no others.
	edgesOutward = `SELECT ` + edgeColumns + ` FROM coordkit_reference f
 LEFT JOIN coordkit_record o ON f.target_kind = 'record' AND o.tenant = f.tenant AND o.id = f.target_value
 WHERE f.tenant = $1 AND f.source_kind = 'record' AND f.source_value ` + inList + `
  AND +f.type ` + inThirdList + ` LIMIT $4`

	edgesInward = `SELECT ` + edgeColumns + ` FROM coordkit_reference f INDEXED BY coordkit_reference_target
 LEFT JOIN coordkit_record o ON f.source_kind = 'record' AND o.tenant = f.tenant AND o.id = f.source_value
 WHERE f.tenant = $1 AND f.target_kind = 'record' AND f.target_value ` + inList + `
  AND +f.type ` + inThirdList + ` LIMIT $4`

	edgesOutwardArray = `SELECT ` + edgeColumns + ` FROM coordkit_reference f
 LEFT JOIN coordkit_record o ON f.target_kind = 'record' AND o.tenant = f.tenant AND o.id = f.target_value
 WHERE f.tenant = $1 AND f.source_kind = 'record' AND f.source_value ` + inArray + ` AND f.type ` + inThirdArray + ` LIMIT $4`

	edgesInwardArray = `SELECT ` + edgeColumns + ` FROM coordkit_reference f
 LEFT JOIN coordkit_record o ON f.source_kind = 'record' AND o.tenant = f.tenant AND o.id = f.source_value
 WHERE f.tenant = $1 AND f.target_kind = 'record' AND f.target_value ` + inArray + ` AND f.type ` + inThirdArray + ` LIMIT $4`

	edgeColumns = `f.id, f.type, f.source_kind, f.source_value, f.target_kind, f.target_value, f.reason, f.author, f.at, f.terms, o.dated`

	referencesInward = `SELECT ` + referenceColumns + ` FROM coordkit_reference
 WHERE tenant = $1 AND target_kind = ` + anEnd + ` AND target_value = $3 AND id > $4
 ORDER BY id LIMIT $5`
)

const (
	obligationColumns = `id, rev, events, recipient, about, subject, owed_by, owed_at, state, evidence, reason, updated, updated_by,
  digest, due, acknowledge, answer_by`

	obligationByID = `SELECT ` + obligationColumns + ` FROM coordkit_obligation WHERE tenant = $1 AND id = $2`

	lockObligation = obligationByID + forUpdate

	insertObligation = `INSERT INTO coordkit_obligation (tenant, ` + obligationColumns + `, lease)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0)`

	updateObligation = `UPDATE coordkit_obligation
 SET rev = rev + 1, events = $1, recipient = $2, about = $3, subject = $4, owed_by = $5, owed_at = $6, state = $7,
  evidence = $8, reason = $9, updated = $10, updated_by = $11, digest = $12, due = $13, acknowledge = $14,
  answer_by = $15, lease = 0
 WHERE tenant = $16 AND id = $17 AND rev = $18`

	obligations = `SELECT ` + obligationColumns + ` FROM coordkit_obligation
 WHERE tenant = $1 AND (owed_at, id) > ($2, $3)
 ORDER BY owed_at, id LIMIT $4`

	obligationsByState = `SELECT ` + obligationColumns + ` FROM coordkit_obligation
 WHERE tenant = $1 AND (owed_at, id) > ($2, $3) AND state = $4
 ORDER BY owed_at, id LIMIT $5`

	obligationsByRecipient = `SELECT ` + obligationColumns + ` FROM coordkit_obligation
 WHERE tenant = $1 AND (owed_at, id) > ($2, $3) AND recipient = $4
 ORDER BY owed_at, id LIMIT $5`

	obligationsByRecipientState = `SELECT ` + obligationColumns + ` FROM coordkit_obligation
 WHERE tenant = $1 AND (owed_at, id) > ($2, $3) AND recipient = $4 AND state = $5
 ORDER BY owed_at, id LIMIT $6`

	// The due ones are picked in a part of its own, which runs once.
	dueObligations = `WITH due AS (SELECT id FROM coordkit_obligation
 WHERE tenant = $1 AND state = 'owed' AND lease <= $2 ORDER BY owed_at, id LIMIT $3`
	claimDue = `)
 UPDATE coordkit_obligation SET lease = $4 WHERE tenant = $1 AND id IN (SELECT id FROM due) RETURNING ` + obligationColumns

	claimObligations       = dueObligations + claimDue
	claimObligationsShared = dueObligations + skipLocked + claimDue
)

const (
	sheetColumns = `s.id, s.rev, s.events, s.keys, s.body`

	sheetByID = `SELECT ` + sheetColumns + ` FROM coordkit_sheet s WHERE s.tenant = $1 AND s.book = $2 AND s.id = $3`

	lockSheet = sheetByID + forUpdate

	sheetsOf      = `SELECT ` + sheetsAmong + inThirdList + ` ORDER BY s.id`
	sheetsOfArray = `SELECT ` + sheetsAmong + inThirdArray + ` ORDER BY s.id`
	lockSheets    = sheetsOfArray + forUpdate

	sheetsAmong = sheetColumns + ` FROM coordkit_sheet s WHERE s.tenant = $1 AND s.book = $2 AND s.id `

	insertSheet = `INSERT INTO coordkit_sheet (tenant, book, id, rev, events, keys, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	updateSheet = `UPDATE coordkit_sheet SET rev = rev + 1, events = $1, keys = $2, body = $3
 WHERE tenant = $4 AND book = $5 AND id = $6 AND rev = $7`

	insertSheetKey = `INSERT INTO coordkit_sheet_key (tenant, book, name, value, id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	deleteSheetKey = `DELETE FROM coordkit_sheet_key WHERE tenant = $1 AND book = $2 AND name = $3 AND value = $4 AND id = $5`

	sheets = `SELECT ` + sheetColumns + `, '' FROM coordkit_sheet s
 WHERE s.tenant = $1 AND s.book = $2 AND s.id >= $3 AND s.id < $4
 ORDER BY s.id LIMIT $5`

	sheetsByKey = `SELECT ` + ofSheetKeys + `JOIN coordkit_sheet s ON ` + ofSheetKey + inKeyRange

	// sheetsByKeyLateral keeps PostgreSQL from reading the whole book for each key,
	// as it does of a table of which it has no statistics yet.
	sheetsByKeyLateral = `SELECT ` + ofSheetKeys +
		`CROSS JOIN LATERAL (SELECT ` + sheetColumns + ` FROM coordkit_sheet s WHERE ` + ofSheetKey + ` OFFSET 0) s` + inKeyRange

	ofSheetKeys = sheetColumns + `, x.value FROM coordkit_sheet_key x `
	ofSheetKey  = `s.tenant = x.tenant AND s.book = x.book AND s.id = x.id`
	inKeyRange  = `
 WHERE x.tenant = $1 AND x.book = $2 AND x.name = $3 AND (x.value, x.id) > ($4, $5) AND x.value < $6
 ORDER BY x.value, x.id LIMIT $7`
)

const (
	replyByKey = `SELECT operation, digest, status, header, body, created, expires FROM coordkit_idempotent_reply
 WHERE tenant = $1 AND principal = $2 AND key = $3`

	lockReply = replyByKey + forUpdate

	insertReply = `INSERT INTO coordkit_idempotent_reply
 (tenant, principal, key, operation, digest, status, header, body, created, expires)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	updateReply = `UPDATE coordkit_idempotent_reply
 SET operation = $1, digest = $2, status = $3, header = $4, body = $5, created = $6, expires = $7
 WHERE tenant = $8 AND principal = $9 AND key = $10`

	expiredReplies = `WITH due AS (SELECT principal, key FROM coordkit_idempotent_reply
 WHERE tenant = $1 AND expires < $2 ORDER BY expires, principal, key LIMIT $3`
	dropDue = `)
 DELETE FROM coordkit_idempotent_reply WHERE tenant = $1 AND (principal, key) IN (SELECT principal, key FROM due) RETURNING key`

	dropReplies       = expiredReplies + dropDue
	dropRepliesShared = expiredReplies + skipLocked + dropDue
)

const (
	// appendEntry leaves the position to the sequencer.
	appendEntry = `INSERT INTO coordkit_journal (tenant, room, entity, seq, kind, at, actor, data)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	// appendEntryNumbered is told the position: right only under the lock of the
	// one writer, who has read lastEntry.
	appendEntryNumbered = `INSERT INTO coordkit_journal (tenant, room, entity, seq, kind, at, actor, data, position, recorded)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	lastEntry = `SELECT position, recorded FROM coordkit_journal
 WHERE tenant = $1 AND position IS NOT NULL ORDER BY position DESC LIMIT 1`

	eventColumns = `entity, seq, kind, at, actor, data`

	entityEvents = `SELECT ` + eventColumns + ` FROM coordkit_journal
 WHERE tenant = $1 AND entity = $2 AND room = $3 AND seq > $4
 ORDER BY seq LIMIT $5`

	histories      = `SELECT ` + historiesAmong + inThirdList + inHistories
	historiesArray = `SELECT ` + historiesAmong + inThirdArray + inHistories

	historiesAmong = eventColumns + ` FROM coordkit_journal WHERE tenant = $1 AND room = $2 AND entity `
	inHistories    = ` ORDER BY entity, seq LIMIT $4`

	entryColumns = `position, recorded, room, entity, seq, kind, at, actor, data`

	redactEntry = `UPDATE coordkit_journal SET actor = $1, data = $2 WHERE tenant = $3 AND position = $4`

	lastPosition = `SELECT coalesce(max(position), 0) FROM coordkit_journal WHERE tenant = $1 AND position IS NOT NULL`

	journalEntries = `SELECT ` + entryColumns + ` FROM coordkit_journal
 WHERE tenant = $1 AND position IS NOT NULL AND position > $2 AND position <= $3
 ORDER BY position LIMIT $4`

	journalEntriesOfRoom = `SELECT ` + entryColumns + ` FROM coordkit_journal
 WHERE tenant = $1 AND position IS NOT NULL AND position > $2 AND position <= $3 AND room = $4
 ORDER BY position LIMIT $5`

	// The plus keeps both planners from walking the positions: an entity has few
	// entries and an index that leads to them.
	journalEntriesOfEntity = `SELECT ` + entryColumns + ` FROM coordkit_journal
 WHERE tenant = $1 AND entity = $2 AND ($3 = '' OR room = $3) AND +position > $4 AND +position <= $5
 ORDER BY +position LIMIT $6`
)

// What CheckIndex reads: rows in the order of their ids, and what stands beside them.
const (
	changeRequestRows = `SELECT id, rev, doc FROM coordkit_change_request WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`

	changeRequestAs = `SELECT count(*) FROM coordkit_change_request
 WHERE tenant = $1 AND id = $2 AND events = $3 AND state = $4 AND category = $5 AND applicant = $6 AND opened = $7
  AND slot_class IS NOT DISTINCT FROM $8 AND slot_start IS NOT DISTINCT FROM $9 AND slot_end IS NOT DISTINCT FROM $10
  AND decide_by IS NOT DISTINCT FROM $11 AND approval_due IS NOT DISTINCT FROM $12 AND deferred_until IS NOT DISTINCT FROM $13
  AND approval_expires IS NOT DISTINCT FROM $14 AND approval_turns IS NOT DISTINCT FROM $15
  AND notice_owed IS NOT DISTINCT FROM $16 AND entered IS NOT DISTINCT FROM $17`

	changeTermsOf      = `SELECT count(*) FROM coordkit_change_term WHERE tenant = $1 AND term ` + inList + ofChange
	changeTermsOfArray = `SELECT count(*) FROM coordkit_change_term WHERE tenant = $1 AND term ` + inArray + ofChange
	changeItemsOf      = `SELECT count(*) FROM coordkit_change_item WHERE tenant = $1 AND item ` + inList + ofChange
	changeItemsOfArray = `SELECT count(*) FROM coordkit_change_item WHERE tenant = $1 AND item ` + inArray + ofChange

	ofChange = ` AND opened = $3 AND id = $4`

	countChangeTerms = `SELECT count(*) FROM coordkit_change_term WHERE tenant = $1`
	countChangeItems = `SELECT count(*) FROM coordkit_change_item WHERE tenant = $1`

	changeBundleRows = `SELECT id, events, created, rev, doc FROM coordkit_change_bundle WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`

	sheetRows = `SELECT book, id, keys FROM coordkit_sheet WHERE tenant = $1 AND (book, id) > ($2, $3) ORDER BY book, id LIMIT $4`

	sheetKeysAmong      = `SELECT value, id FROM coordkit_sheet_key WHERE tenant = $1 AND value ` + inList + ofSheets
	sheetKeysAmongArray = `SELECT value, id FROM coordkit_sheet_key WHERE tenant = $1 AND value ` + inArray + ofSheets

	ofSheets = ` AND book = $3 AND name = $4 AND id BETWEEN $5 AND $6`

	countSheetKeys = `SELECT book, count(*) FROM coordkit_sheet_key WHERE tenant = $1 GROUP BY book ORDER BY book`
)
