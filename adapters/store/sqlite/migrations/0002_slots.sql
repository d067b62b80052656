-- The time that a request claims, with a class by its length so that what
-- overlaps a window lies in a few short ranges of the index: all NULL or none.
ALTER TABLE coordkit_change_request ADD COLUMN slot_class INTEGER;
ALTER TABLE coordkit_change_request ADD COLUMN slot_start INTEGER;
ALTER TABLE coordkit_change_request ADD COLUMN slot_end INTEGER;
UPDATE coordkit_change_request AS r
 SET slot_start = w.start_second * 1000000 + w.start_micro, slot_end = w.end_second * 1000000 + w.end_micro
 FROM (
  SELECT tenant, id,
   unixepoch(substr(doc ->> '$.window.start', 1, 19)) AS start_second,
   CAST(substr(rtrim(substr(doc ->> '$.window.start', 21), 'Z') || '000000', 1, 6) AS INTEGER) AS start_micro,
   unixepoch(substr(doc ->> '$.window.end', 1, 19)) AS end_second,
   CAST(substr(rtrim(substr(doc ->> '$.window.end', 21), 'Z') || '000000', 1, 6) AS INTEGER) AS end_micro
  FROM coordkit_change_request
  WHERE category IN ('decide', 'build') AND doc ->> '$.window.start' IS NOT NULL AND doc ->> '$.held' IS NULL
   AND (doc ->> '$.decision.verdict' IN ('approved', 'approved-with-conditions') OR doc ->> '$.authorisation' IS NOT NULL)
 ) AS w WHERE r.tenant = w.tenant AND r.id = w.id;
UPDATE coordkit_change_request SET slot_class = CASE
  WHEN slot_end - slot_start <= 1073741824 THEN 15 WHEN slot_end - slot_start <= 4294967296 THEN 16
  WHEN slot_end - slot_start <= 17179869184 THEN 17 WHEN slot_end - slot_start <= 68719476736 THEN 18
  WHEN slot_end - slot_start <= 274877906944 THEN 19 WHEN slot_end - slot_start <= 1099511627776 THEN 20
  WHEN slot_end - slot_start <= 4398046511104 THEN 21 WHEN slot_end - slot_start <= 17592186044416 THEN 22
  WHEN slot_end - slot_start <= 70368744177664 THEN 23 WHEN slot_end - slot_start <= 281474976710656 THEN 24
  WHEN slot_end - slot_start <= 1125899906842624 THEN 25 WHEN slot_end - slot_start <= 4503599627370496 THEN 26
  ELSE 27 END
 WHERE slot_start IS NOT NULL;
CREATE INDEX coordkit_change_request_slot ON coordkit_change_request (tenant, slot_class, slot_start, id)
 WHERE slot_class IS NOT NULL;
