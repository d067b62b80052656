package httpapi

import "github.com/coordkit/coordkit/changereq"

func rebaseFrom(in RebaseInput) changereq.Rebase {
	return changereq.Rebase{Item: changereq.ItemID(in.Item), To: in.To, Reason: in.Reason}
}

func whereUsedTo(x changereq.WhereUsed) WhereUsed {
	return WhereUsed{By: x.By, At: x.At, Uses: eachOf(x.Uses, func(u changereq.Use) Use {
		return Use{Item: string(u.Item), Path: listed(u.Path, plain[changereq.ItemID, string])}
	})}
}

func releasedFrom(in ReleasedRevisionInput) changereq.Revision {
	return changereq.Revision{
		RevisionRef: changereq.RevisionRef{Item: changereq.ItemID(in.Item), Revision: in.Revision},
		Predecessor: value(in.Predecessor), Digest: word[changereq.Digest](in.Digest),
		Released: true, ReleasedAt: changereq.Instant(in.ReleasedAt), Cites: eachOf(in.Cites, plain[string, changereq.ID]),
	}
}

func findingTo(f changereq.AuditFinding) AuditFinding {
	return AuditFinding{Item: string(f.Item), Revision: f.Revision, Request: text(f.Request), Code: string(f.Code), Text: f.Text}
}
