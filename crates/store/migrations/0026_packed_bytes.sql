-- What is packed already is not packed again: PostgreSQL tried at each block of more than two
-- kilobytes, and at each part of a file.
-- +postgres
alter table interval_block alter column bytes set storage external;
alter table batch_part alter column bytes set storage external;
-- +both
