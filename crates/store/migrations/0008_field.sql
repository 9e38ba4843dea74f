-- Moves, the field and the books: which orders a move wrote or called off, and what it charged.
--
-- No release ever kept what a move asked for as a row for a dispatcher to copy: it goes.
drop table order_request;
delete from counter where name = 'order_request';

-- What a version of a move wants of the field. An order stays with the next version where that wants
-- the same, so it may stand under several; two moves on one day may want one order.
create table move_order (
    move_id bigint not null,
    version bigint not null,
    order_id bigint not null references work_order (id),
    did text not null check (did in ('orders', 'calls-off')),
    primary key (move_id, version, order_id),
    foreign key (move_id, version) references move_version (move_id, version)
);
create index move_order_order on move_order (order_id);

-- What moves charge, each once: fees and deposits with a bill, and deposits given back with the last
-- one. bill_id is null where there was no bill any more to put it with.
create table charge (
    key text primary key,
    kind text not null check (kind in ('fee', 'deposit', 'deposit-applied')),
    account_id bigint not null references account (id),
    amount_cents bigint not null check (amount_cents <> 0),
    charged_on text not null,
    move_id bigint references move (id),
    label text not null,
    bill_id bigint references bill (id)
);
create index charge_account on charge (account_id);
create index charge_move on charge (move_id);

-- When the record was looked over for tasks, the last time on each day. The row without a day is there
-- to be locked. May change: looked_at.
create table task_look (looked_on text primary key, looked_at bigint not null);
insert into task_look (looked_on, looked_at) values ('', 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger move_order_stays before delete on move_order begin select raise(abort, 'move_order: never changes'); end;
create trigger move_order_same before update on move_order begin select raise(abort, 'move_order: never changes'); end;
create trigger move_order_once before insert on move_order begin
    select raise(abort, 'UNIQUE constraint failed: move_order.move_id, move_order.version, move_order.order_id') where exists (select 1 from move_order where move_id = new.move_id and version = new.version and order_id = new.order_id);
    select raise(abort, 'UNIQUE constraint failed: move_order.rowid') where exists (select 1 from move_order where rowid = new.rowid);
end;
create trigger charge_stays before delete on charge begin select raise(abort, 'charge: never changes'); end;
create trigger charge_same before update on charge begin select raise(abort, 'charge: never changes'); end;
create trigger charge_once before insert on charge begin
    select raise(abort, 'UNIQUE constraint failed: charge.key') where exists (select 1 from charge where key = new.key);
    select raise(abort, 'UNIQUE constraint failed: charge.rowid') where exists (select 1 from charge where rowid = new.rowid);
end;
-- +postgres
create trigger charge_stays before update or delete on charge for each row execute function never_changes();
create trigger charge_all before truncate on charge for each statement execute function never_changes();
create trigger move_order_stays before update or delete on move_order for each row execute function never_changes();
create trigger move_order_all before truncate on move_order for each statement execute function never_changes();
-- +both
