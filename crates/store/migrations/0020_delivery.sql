-- Getting bills to people: a piece for each bill, person and way; what became of it; packages for the
-- mail house; and what stops a way.

-- Bills up to this one are older than the outbox, and nobody is sent them by it.
create table outbox_begin (
    id bigint primary key check (id = 1),
    after_bill_id bigint not null
);
insert into outbox_begin (id, after_bill_id) select 1, coalesce(max(id), 0) from bill;

-- A piece without an event is queued.
create table piece (
    id bigint primary key,
    key text not null unique,
    bill_id bigint not null references bill (id),
    account_id bigint not null references account (id),
    person_id bigint not null references person (id),
    role text not null,
    channel text not null,
    address text not null
);
create index piece_bill on piece (bill_id);
create index piece_account on piece (account_id);
create index piece_channel on piece (channel, id);

-- The highest position holds.
create table piece_event (
    piece_id bigint not null references piece (id),
    position bigint not null check (1 <= position),
    state text not null,
    at bigint not null,
    staff_id bigint references staff (id),
    detail text not null,
    primary key (piece_id, position)
);

-- A text of settings that holds from a day on.
create table delivery_settings (
    from_on text primary key,
    text text not null
);

-- What was said of a way, one after the other; the highest position holds.
create table delivery_switch (
    channel text not null,
    position bigint not null check (1 <= position),
    stopped bigint not null check (stopped in (0, 1)),
    why text not null,
    at bigint not null,
    staff_id bigint references staff (id),
    primary key (channel, position)
);

-- More pieces than were expected, which two people let go.
create table delivery_let_go (
    channel text not null,
    billed_from_on text not null,
    billed_to_on text not null,
    pieces bigint not null check (1 <= pieces),
    at bigint not null,
    staff_id bigint references staff (id),
    primary key (channel, billed_from_on, billed_to_on, pieces)
);

create table mail_package (
    id bigint primary key,
    billed_from_on text not null,
    billed_to_on text not null,
    began_at bigint not null,
    staff_id bigint references staff (id),
    check (billed_from_on < billed_to_on)
);

-- A piece is in a package by the event that put it there.
create table mail_package_piece (
    package_id bigint not null references mail_package (id),
    sequence bigint not null check (1 <= sequence),
    piece_id bigint not null,
    position bigint not null,
    primary key (package_id, sequence),
    unique (piece_id, position),
    foreign key (piece_id, position) references piece_event (piece_id, position)
);

-- That a package stands whole, and the hash of its manifest.
create table mail_package_end (
    package_id bigint primary key references mail_package (id),
    sha256 text not null,
    pages bigint not null,
    ended_at bigint not null
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('billing-analyst', 'deliver-bills', null, 0, 0),
    ('billing-analyst', 'deliver-beyond-count', null, 1, 0),
    ('billing-analyst', 'switch-delivery', null, 0, 0),
    ('administrator', 'deliver-bills', null, 0, 0),
    ('administrator', 'deliver-beyond-count', null, 1, 0),
    ('administrator', 'switch-delivery', null, 0, 0),
    ('administrator', 'set-delivery', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger outbox_begin_stays before delete on outbox_begin begin select raise(abort, 'outbox_begin: never changes'); end;
create trigger outbox_begin_same before update on outbox_begin begin select raise(abort, 'outbox_begin: never changes'); end;
create trigger outbox_begin_once before insert on outbox_begin begin
    select raise(abort, 'UNIQUE constraint failed: outbox_begin.id') where exists (select 1 from outbox_begin where id = new.id);
end;
create trigger piece_stays before delete on piece begin select raise(abort, 'piece: never changes'); end;
create trigger piece_same before update on piece begin select raise(abort, 'piece: never changes'); end;
create trigger piece_once before insert on piece begin
    select raise(abort, 'UNIQUE constraint failed: piece.id') where exists (select 1 from piece where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: piece.key') where exists (select 1 from piece where key = new.key);
end;
create trigger piece_event_stays before delete on piece_event begin select raise(abort, 'piece_event: never changes'); end;
create trigger piece_event_same before update on piece_event begin select raise(abort, 'piece_event: never changes'); end;
create trigger piece_event_once before insert on piece_event begin
    select raise(abort, 'UNIQUE constraint failed: piece_event.piece_id, piece_event.position') where exists (select 1 from piece_event where piece_id = new.piece_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: piece_event.rowid') where exists (select 1 from piece_event where rowid = new.rowid);
end;
create trigger delivery_settings_stays before delete on delivery_settings begin select raise(abort, 'delivery_settings: never changes'); end;
create trigger delivery_settings_same before update on delivery_settings begin select raise(abort, 'delivery_settings: never changes'); end;
create trigger delivery_settings_once before insert on delivery_settings begin
    select raise(abort, 'UNIQUE constraint failed: delivery_settings.from_on') where exists (select 1 from delivery_settings where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: delivery_settings.rowid') where exists (select 1 from delivery_settings where rowid = new.rowid);
end;
create trigger delivery_switch_stays before delete on delivery_switch begin select raise(abort, 'delivery_switch: never changes'); end;
create trigger delivery_switch_same before update on delivery_switch begin select raise(abort, 'delivery_switch: never changes'); end;
create trigger delivery_switch_once before insert on delivery_switch begin
    select raise(abort, 'UNIQUE constraint failed: delivery_switch.channel, delivery_switch.position') where exists (select 1 from delivery_switch where channel = new.channel and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: delivery_switch.rowid') where exists (select 1 from delivery_switch where rowid = new.rowid);
end;
create trigger delivery_let_go_stays before delete on delivery_let_go begin select raise(abort, 'delivery_let_go: never changes'); end;
create trigger delivery_let_go_same before update on delivery_let_go begin select raise(abort, 'delivery_let_go: never changes'); end;
create trigger delivery_let_go_once before insert on delivery_let_go begin
    select raise(abort, 'UNIQUE constraint failed: delivery_let_go.channel, delivery_let_go.billed_from_on, delivery_let_go.billed_to_on, delivery_let_go.pieces') where exists (select 1 from delivery_let_go where channel = new.channel and billed_from_on = new.billed_from_on and billed_to_on = new.billed_to_on and pieces = new.pieces);
    select raise(abort, 'UNIQUE constraint failed: delivery_let_go.rowid') where exists (select 1 from delivery_let_go where rowid = new.rowid);
end;
create trigger mail_package_stays before delete on mail_package begin select raise(abort, 'mail_package: never changes'); end;
create trigger mail_package_same before update on mail_package begin select raise(abort, 'mail_package: never changes'); end;
create trigger mail_package_once before insert on mail_package begin
    select raise(abort, 'UNIQUE constraint failed: mail_package.id') where exists (select 1 from mail_package where id = new.id);
end;
create trigger mail_package_piece_stays before delete on mail_package_piece begin select raise(abort, 'mail_package_piece: never changes'); end;
create trigger mail_package_piece_same before update on mail_package_piece begin select raise(abort, 'mail_package_piece: never changes'); end;
create trigger mail_package_piece_once before insert on mail_package_piece begin
    select raise(abort, 'UNIQUE constraint failed: mail_package_piece.package_id, mail_package_piece.sequence') where exists (select 1 from mail_package_piece where package_id = new.package_id and sequence = new.sequence);
    select raise(abort, 'UNIQUE constraint failed: mail_package_piece.piece_id, mail_package_piece.position') where exists (select 1 from mail_package_piece where piece_id = new.piece_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: mail_package_piece.rowid') where exists (select 1 from mail_package_piece where rowid = new.rowid);
end;
create trigger mail_package_end_stays before delete on mail_package_end begin select raise(abort, 'mail_package_end: never changes'); end;
create trigger mail_package_end_same before update on mail_package_end begin select raise(abort, 'mail_package_end: never changes'); end;
create trigger mail_package_end_once before insert on mail_package_end begin
    select raise(abort, 'UNIQUE constraint failed: mail_package_end.package_id') where exists (select 1 from mail_package_end where package_id = new.package_id);
end;
-- +postgres
create trigger outbox_begin_stays before update or delete on outbox_begin for each row execute function never_changes();
create trigger outbox_begin_all before truncate on outbox_begin for each statement execute function never_changes();
create trigger piece_stays before update or delete on piece for each row execute function never_changes();
create trigger piece_all before truncate on piece for each statement execute function never_changes();
create trigger piece_event_stays before update or delete on piece_event for each row execute function never_changes();
create trigger piece_event_all before truncate on piece_event for each statement execute function never_changes();
create trigger delivery_settings_stays before update or delete on delivery_settings for each row execute function never_changes();
create trigger delivery_settings_all before truncate on delivery_settings for each statement execute function never_changes();
create trigger delivery_switch_stays before update or delete on delivery_switch for each row execute function never_changes();
create trigger delivery_switch_all before truncate on delivery_switch for each statement execute function never_changes();
create trigger delivery_let_go_stays before update or delete on delivery_let_go for each row execute function never_changes();
create trigger delivery_let_go_all before truncate on delivery_let_go for each statement execute function never_changes();
create trigger mail_package_stays before update or delete on mail_package for each row execute function never_changes();
create trigger mail_package_all before truncate on mail_package for each statement execute function never_changes();
create trigger mail_package_piece_stays before update or delete on mail_package_piece for each row execute function never_changes();
create trigger mail_package_piece_all before truncate on mail_package_piece for each statement execute function never_changes();
create trigger mail_package_end_stays before update or delete on mail_package_end for each row execute function never_changes();
create trigger mail_package_end_all before truncate on mail_package_end for each statement execute function never_changes();
-- +both
