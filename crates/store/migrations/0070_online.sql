-- Paying online: what a provider was asked for, how it stands and what came in by it. Of a card nothing is
-- kept but its brand and its last four digits.

create table online_settings (
    from_on text primary key,
    text text not null
);

-- What somebody is asked to pay. It is kept before the provider is asked, under a key that the provider
-- gets: an attempt that is cut off is found again by it.
create table pay_attempt (
    id bigint primary key,
    account_id bigint not null references account (id),
    bill_id bigint references bill (id),
    amount_cents bigint not null check (0 < amount_cents),
    currency text not null,
    key text not null unique,
    begun_at bigint not null
);
create index pay_attempt_account on pay_attempt (account_id);
-- What the provider calls it.
create table pay_attempt_session (
    attempt_id bigint primary key references pay_attempt (id),
    session text not null unique
);
create table pay_attempt_event (
    attempt_id bigint not null references pay_attempt (id),
    position bigint not null check (1 <= position),
    state text not null check (state in ('unknown', 'open', 'paid', 'failed', 'expired')),
    at bigint not null,
    said text not null,
    primary key (attempt_id, position)
);
-- Attempts of which something is still expected: one for each bill, and one for all that an account owes.
create table pay_attempt_open (
    subject text primary key,
    attempt_id bigint not null unique references pay_attempt (id)
);

-- What came in: a payment of the provider is posted once, and so is an attempt.
create table card_payment (
    reference text primary key,
    attempt_id bigint not null unique references pay_attempt (id),
    tender_id bigint not null unique references tender (id),
    brand text not null,
    last_four text not null check (length(last_four) in (0, 4))
);

-- What the provider told, each once.
create table provider_event (
    id text primary key,
    kind text not null,
    at bigint not null
);

-- Links of a bill that lead nowhere any more: each end makes those before it void.
create table pay_link_end (
    bill_id bigint not null references bill (id),
    nth bigint not null check (1 <= nth),
    at bigint not null,
    why text not null,
    primary key (bill_id, nth)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger online_settings_stays before delete on online_settings begin select raise(abort, 'online_settings: never changes'); end;
create trigger online_settings_same before update on online_settings begin select raise(abort, 'online_settings: never changes'); end;
create trigger online_settings_once before insert on online_settings begin
    select raise(abort, 'UNIQUE constraint failed: online_settings.from_on') where exists (select 1 from online_settings where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: online_settings.rowid') where exists (select 1 from online_settings where rowid = new.rowid);
end;
create trigger pay_attempt_stays before delete on pay_attempt begin select raise(abort, 'pay_attempt: never changes'); end;
create trigger pay_attempt_same before update on pay_attempt begin select raise(abort, 'pay_attempt: never changes'); end;
create trigger pay_attempt_once before insert on pay_attempt begin
    select raise(abort, 'UNIQUE constraint failed: pay_attempt.id') where exists (select 1 from pay_attempt where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: pay_attempt.key') where exists (select 1 from pay_attempt where key = new.key);
end;
create trigger pay_attempt_session_stays before delete on pay_attempt_session begin select raise(abort, 'pay_attempt_session: never changes'); end;
create trigger pay_attempt_session_same before update on pay_attempt_session begin select raise(abort, 'pay_attempt_session: never changes'); end;
create trigger pay_attempt_session_once before insert on pay_attempt_session begin
    select raise(abort, 'UNIQUE constraint failed: pay_attempt_session.attempt_id') where exists (select 1 from pay_attempt_session where attempt_id = new.attempt_id);
    select raise(abort, 'UNIQUE constraint failed: pay_attempt_session.session') where exists (select 1 from pay_attempt_session where session = new.session);
end;
create trigger pay_attempt_event_stays before delete on pay_attempt_event begin select raise(abort, 'pay_attempt_event: never changes'); end;
create trigger pay_attempt_event_same before update on pay_attempt_event begin select raise(abort, 'pay_attempt_event: never changes'); end;
create trigger pay_attempt_event_once before insert on pay_attempt_event begin
    select raise(abort, 'UNIQUE constraint failed: pay_attempt_event.attempt_id, pay_attempt_event.position') where exists (select 1 from pay_attempt_event where attempt_id = new.attempt_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: pay_attempt_event.rowid') where exists (select 1 from pay_attempt_event where rowid = new.rowid);
end;
create trigger card_payment_stays before delete on card_payment begin select raise(abort, 'card_payment: never changes'); end;
create trigger card_payment_same before update on card_payment begin select raise(abort, 'card_payment: never changes'); end;
create trigger card_payment_once before insert on card_payment begin
    select raise(abort, 'UNIQUE constraint failed: card_payment.reference') where exists (select 1 from card_payment where reference = new.reference);
    select raise(abort, 'UNIQUE constraint failed: card_payment.attempt_id') where exists (select 1 from card_payment where attempt_id = new.attempt_id);
    select raise(abort, 'UNIQUE constraint failed: card_payment.tender_id') where exists (select 1 from card_payment where tender_id = new.tender_id);
    select raise(abort, 'UNIQUE constraint failed: card_payment.rowid') where exists (select 1 from card_payment where rowid = new.rowid);
end;
create trigger provider_event_stays before delete on provider_event begin select raise(abort, 'provider_event: never changes'); end;
create trigger provider_event_same before update on provider_event begin select raise(abort, 'provider_event: never changes'); end;
create trigger provider_event_once before insert on provider_event begin
    select raise(abort, 'UNIQUE constraint failed: provider_event.id') where exists (select 1 from provider_event where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: provider_event.rowid') where exists (select 1 from provider_event where rowid = new.rowid);
end;
create trigger pay_link_end_stays before delete on pay_link_end begin select raise(abort, 'pay_link_end: never changes'); end;
create trigger pay_link_end_same before update on pay_link_end begin select raise(abort, 'pay_link_end: never changes'); end;
create trigger pay_link_end_once before insert on pay_link_end begin
    select raise(abort, 'UNIQUE constraint failed: pay_link_end.bill_id, pay_link_end.nth') where exists (select 1 from pay_link_end where bill_id = new.bill_id and nth = new.nth);
    select raise(abort, 'UNIQUE constraint failed: pay_link_end.rowid') where exists (select 1 from pay_link_end where rowid = new.rowid);
end;
-- +postgres
create trigger online_settings_stays before update or delete on online_settings for each row execute function never_changes();
create trigger online_settings_all before truncate on online_settings for each statement execute function never_changes();
create trigger pay_attempt_stays before update or delete on pay_attempt for each row execute function never_changes();
create trigger pay_attempt_all before truncate on pay_attempt for each statement execute function never_changes();
create trigger pay_attempt_session_stays before update or delete on pay_attempt_session for each row execute function never_changes();
create trigger pay_attempt_session_all before truncate on pay_attempt_session for each statement execute function never_changes();
create trigger pay_attempt_event_stays before update or delete on pay_attempt_event for each row execute function never_changes();
create trigger pay_attempt_event_all before truncate on pay_attempt_event for each statement execute function never_changes();
create trigger card_payment_stays before update or delete on card_payment for each row execute function never_changes();
create trigger card_payment_all before truncate on card_payment for each statement execute function never_changes();
create trigger provider_event_stays before update or delete on provider_event for each row execute function never_changes();
create trigger provider_event_all before truncate on provider_event for each statement execute function never_changes();
create trigger pay_link_end_stays before update or delete on pay_link_end for each row execute function never_changes();
create trigger pay_link_end_all before truncate on pay_link_end for each statement execute function never_changes();
-- +both
