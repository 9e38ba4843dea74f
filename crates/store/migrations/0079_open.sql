-- What is not due yet is found by its day, without reading what was billed and paid for years; and what is
-- between two accounts or nobody's, which is little, without reading all that was posted.

create index bill_due on bill (due_on);
create index posting_clearing on posting (amount_cents) where gl = '1090 payment clearing';
create index posting_unidentified on posting (amount_cents) where gl = '2100 unidentified payments';
