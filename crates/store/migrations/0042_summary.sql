-- Bills that sum up those of other accounts, made when the last of these is posted.

-- What a bill sums up. What is moved is owed by the account that sums up, and not by the other any more.
create table bill_summed (
    bill_id bigint not null references bill (id),
    position bigint not null,
    account_id bigint not null references account (id),
    summed_bill_id bigint not null references bill (id),
    moved_cents bigint not null,
    primary key (bill_id, position)
);
create index bill_summed_of on bill_summed (summed_bill_id);
create index bill_summed_account on bill_summed (account_id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bill_summed_stays before delete on bill_summed begin select raise(abort, 'bill_summed: never changes'); end;
create trigger bill_summed_same before update on bill_summed begin select raise(abort, 'bill_summed: never changes'); end;
create trigger bill_summed_once before insert on bill_summed begin
    select raise(abort, 'UNIQUE constraint failed: bill_summed.bill_id, bill_summed.position') where exists (select 1 from bill_summed where bill_id = new.bill_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: bill_summed.rowid') where exists (select 1 from bill_summed where rowid = new.rowid);
end;
-- +postgres
create trigger bill_summed_stays before update or delete on bill_summed for each row execute function never_changes();
create trigger bill_summed_all before truncate on bill_summed for each statement execute function never_changes();
-- +both

-- What is moved is moved once: not while a bill that stands has moved it.
-- +sqlite
create trigger bill_summed_moved before insert on bill_summed
when new.moved_cents <> 0 and exists (
    select 1 from bill_summed s
    where s.summed_bill_id = new.summed_bill_id and s.moved_cents <> 0
      and not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id))
begin select raise(abort, 'bill_summed: moved twice'); end;
-- +postgres
create function bill_summed_moved() returns trigger language plpgsql as $$
begin
    if new.moved_cents <> 0 then
        -- Whoever moves the same bill waits here, so that two cannot do it at once.
        perform 1 from account where id = new.account_id for update;
        if exists (
            select 1 from bill_summed s
            where s.summed_bill_id = new.summed_bill_id and s.moved_cents <> 0
              and not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id))
        then
            raise exception 'bill_summed: moved twice';
        end if;
    end if;
    return new;
end $$;
create trigger bill_summed_moved before insert on bill_summed for each row execute function bill_summed_moved();
-- +both
