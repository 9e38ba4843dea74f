-- When a run was let go: what was held in a turn is due as many days after that as the rest of its turn
-- is after the day on it.

alter table run add column released_at bigint;
