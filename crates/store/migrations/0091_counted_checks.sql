-- How many checks were counted in a drawer when it was closed and what they came to, and what should have
-- been there; nothing in drawers that were closed before checks were counted.

alter table drawer_close add column checks bigint check (0 <= checks);
alter table drawer_close add column checks_cents bigint check (0 <= checks_cents);
alter table drawer_close add column checks_expected bigint check (0 <= checks_expected);
alter table drawer_close add column checks_expected_cents bigint check (0 <= checks_expected_cents);
