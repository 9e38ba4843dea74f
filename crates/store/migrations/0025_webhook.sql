-- Telling another system what became of bills: each time it was told, and whether it took it.

create index piece_event_at on piece_event (at);

create table webhook_call (
    piece_id bigint not null,
    position bigint not null,
    attempt bigint not null check (1 <= attempt),
    taken bigint not null check (taken in (0, 1)),
    at bigint not null,
    said text not null,
    primary key (piece_id, position, attempt),
    foreign key (piece_id, position) references piece_event (piece_id, position)
);

-- +sqlite
create trigger webhook_call_stays before delete on webhook_call begin select raise(abort, 'webhook_call: never changes'); end;
create trigger webhook_call_same before update on webhook_call begin select raise(abort, 'webhook_call: never changes'); end;
create trigger webhook_call_once before insert on webhook_call begin
    select raise(abort, 'UNIQUE constraint failed: webhook_call.piece_id, webhook_call.position, webhook_call.attempt') where exists (select 1 from webhook_call where piece_id = new.piece_id and position = new.position and attempt = new.attempt);
    select raise(abort, 'UNIQUE constraint failed: webhook_call.rowid') where exists (select 1 from webhook_call where rowid = new.rowid);
end;
-- +postgres
create trigger webhook_call_stays before update or delete on webhook_call for each row execute function never_changes();
create trigger webhook_call_all before truncate on webhook_call for each statement execute function never_changes();
-- +both
