-- An agreement that was cut in two, because on some of its days it was on another tariff: the later one
-- takes the place of the earlier one on the bills of its days.

create table agreement_follows (
    agreement_id bigint primary key references agreement (id),
    follows_id bigint not null references agreement (id),
    telling_id bigint not null references telling (id)
);

-- +sqlite
create trigger agreement_follows_stays before delete on agreement_follows begin select raise(abort, 'agreement_follows: never changes'); end;
create trigger agreement_follows_same before update on agreement_follows begin select raise(abort, 'agreement_follows: never changes'); end;
create trigger agreement_follows_once before insert on agreement_follows begin
    select raise(abort, 'UNIQUE constraint failed: agreement_follows.agreement_id') where exists (
        select 1 from agreement_follows where agreement_id = new.agreement_id);
    select raise(abort, 'UNIQUE constraint failed: agreement_follows.rowid') where exists (select 1 from agreement_follows where rowid = new.rowid);
end;
-- +postgres
create trigger agreement_follows_stays before update or delete on agreement_follows for each row execute function never_changes();
create trigger agreement_follows_all before truncate on agreement_follows for each statement execute function never_changes();
-- +both
