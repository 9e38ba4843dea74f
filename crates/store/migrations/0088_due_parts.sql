-- What of a bill in the place of another is due when: what was past due before stays as old as it was, and
-- only what the correction added is due anew. And plans that hold what a correction added, and nothing else.

create table bill_due_part (
    bill_id bigint not null references bill (id),
    nth bigint not null check (0 < nth),
    due_on text not null,
    amount_cents bigint not null check (amount_cents <> 0),
    asked_by_id bigint references bill (id),
    added_by_id bigint references correction (id),
    waived bigint not null check (waived in (0, 1)),
    primary key (bill_id, nth)
);

alter table plan add column correction_id bigint references correction (id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bill_due_part_stays before delete on bill_due_part begin select raise(abort, 'bill_due_part: never changes'); end;
create trigger bill_due_part_same before update on bill_due_part begin select raise(abort, 'bill_due_part: never changes'); end;
create trigger bill_due_part_once before insert on bill_due_part begin
    select raise(abort, 'UNIQUE constraint failed: bill_due_part.bill_id, bill_due_part.nth') where exists (select 1 from bill_due_part where bill_id = new.bill_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: bill_due_part.rowid') where exists (select 1 from bill_due_part where rowid = new.rowid);
end;
-- +postgres
create trigger bill_due_part_stays before update or delete on bill_due_part for each row execute function never_changes();
create trigger bill_due_part_all before truncate on bill_due_part for each statement execute function never_changes();
-- +both
