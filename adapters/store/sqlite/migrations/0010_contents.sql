-- The sheet of a content counts who has it beyond the one for whom the store keeps
-- the bytes.
UPDATE coordkit_sheet SET body = json_set(body, '$.uses', json_extract(body, '$.uses') - 1)
 WHERE book = 'content' AND json_extract(body, '$.uses') > 0
  AND EXISTS (SELECT 1 FROM coordkit_record_content c WHERE c.tenant = coordkit_sheet.tenant AND c.digest = coordkit_sheet.id);
