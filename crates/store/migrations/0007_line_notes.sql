-- What the engine says of a line apart from its label, as a word and not as a text in one language:
-- 'tier 2', 'carried'. Lines kept before have null, and the English words in their label.

alter table bill_line add column note text;
