-- What accounts owe is added up of all of them each night, and of one at each act: without this, each
-- posting is looked up for its amount.

create index posting_receivable on posting (account_id, amount_cents) where gl = '1200 receivable';
