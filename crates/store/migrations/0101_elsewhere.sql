-- Bills of the past that their customers have had from elsewhere: they are not sent by themselves.

create table bill_elsewhere (
    bill_id bigint primary key references bill (id)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger bill_elsewhere_stays before delete on bill_elsewhere begin select raise(abort, 'bill_elsewhere: never changes'); end;
create trigger bill_elsewhere_same before update on bill_elsewhere begin select raise(abort, 'bill_elsewhere: never changes'); end;
create trigger bill_elsewhere_once before insert on bill_elsewhere begin
    select raise(abort, 'UNIQUE constraint failed: bill_elsewhere.bill_id') where exists (select 1 from bill_elsewhere where bill_id = new.bill_id);
end;
-- +postgres
create trigger bill_elsewhere_stays before update or delete on bill_elsewhere for each row execute function never_changes();
create trigger bill_elsewhere_all before truncate on bill_elsewhere for each statement execute function never_changes();
-- +both
