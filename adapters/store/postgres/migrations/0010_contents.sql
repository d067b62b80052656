-- The sheet of a content counts who has it beyond the one for whom the store keeps
-- the bytes.
UPDATE coordkit_sheet s SET body = jsonb_set(s.body::jsonb, '{uses}', to_jsonb((s.body::jsonb ->> 'uses')::bigint - 1))::text
 FROM coordkit_record_content c
 WHERE s.book = 'content' AND (s.body::jsonb ->> 'uses')::bigint > 0 AND c.tenant = s.tenant AND c.digest = s.id;
