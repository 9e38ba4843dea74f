-- What of a correction is charged: the rules that hold from a day on, and what they made of each.

create table correction_rules (
    from_on text primary key,
    text text not null
);

create table correction_settled (
    correction_id bigint primary key references correction (id),
    waived_cents bigint not null,
    interest_cents bigint not null,
    instalments bigint not null,
    reach_on text
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger correction_rules_stays before delete on correction_rules begin select raise(abort, 'correction_rules: never changes'); end;
create trigger correction_rules_same before update on correction_rules begin select raise(abort, 'correction_rules: never changes'); end;
create trigger correction_rules_once before insert on correction_rules begin
    select raise(abort, 'UNIQUE constraint failed: correction_rules.from_on') where exists (select 1 from correction_rules where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: correction_rules.rowid') where exists (select 1 from correction_rules where rowid = new.rowid);
end;
create trigger correction_settled_stays before delete on correction_settled begin select raise(abort, 'correction_settled: never changes'); end;
create trigger correction_settled_same before update on correction_settled begin select raise(abort, 'correction_settled: never changes'); end;
create trigger correction_settled_once before insert on correction_settled begin
    select raise(abort, 'UNIQUE constraint failed: correction_settled.correction_id') where exists (select 1 from correction_settled where correction_id = new.correction_id);
end;
-- +postgres
create trigger correction_rules_stays before update or delete on correction_rules for each row execute function never_changes();
create trigger correction_rules_all before truncate on correction_rules for each statement execute function never_changes();
create trigger correction_settled_stays before update or delete on correction_settled for each row execute function never_changes();
create trigger correction_settled_all before truncate on correction_settled for each statement execute function never_changes();
-- +both
