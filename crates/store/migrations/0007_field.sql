-- Moves and the field: which orders a move wrote or called off.
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

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger move_order_stays before delete on move_order begin select raise(abort, 'move_order: never changes'); end;
create trigger move_order_same before update on move_order begin select raise(abort, 'move_order: never changes'); end;
create trigger move_order_once before insert on move_order begin
    select raise(abort, 'UNIQUE constraint failed: move_order.move_id, move_order.version, move_order.order_id') where exists (select 1 from move_order where move_id = new.move_id and version = new.version and order_id = new.order_id);
    select raise(abort, 'UNIQUE constraint failed: move_order.rowid') where exists (select 1 from move_order where rowid = new.rowid);
end;
-- +postgres
create trigger move_order_stays before update or delete on move_order for each row execute function never_changes();
create trigger move_order_all before truncate on move_order for each statement execute function never_changes();
-- +both
