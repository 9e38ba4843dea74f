-- What it is that nobody claimed: a credit, what of one was a deposit, or a check. What was taken before it
-- was said is a check where it has one, else a credit.

alter table unclaimed add column property text check (property in ('credit', 'deposit', 'check'));
