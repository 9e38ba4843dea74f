-- What a utility knows. Facts are only ever added; what may change says so.
--
-- Money is cents, quantities are millionths and prices billionths of their unit, all BIGINT. Civil
-- dates are ISO text and end in _on, instants are BIGINT microseconds in UTC and end in _at. A
-- period is [from_on, to_on). Ids come from `counter`.

create table counter (name text primary key, last bigint not null);

create table utility (
    id bigint primary key check (id = 1),
    name text not null,
    remit_to text not null,
    phone text not null,
    site text not null,
    zone text not null,
    footer text not null
);

-- May change: the password, and disabled_at.
create table staff (
    id bigint primary key,
    name text not null unique,
    password_hash text not null,
    disabled_at bigint
);

create table session (
    token_hash text primary key,
    staff_id bigint not null references staff (id),
    begun_at bigint not null,
    seen_at bigint not null
);
create index session_staff on session (staff_id);

-- People and places -----------------------------------------------------------------------------

create table person (
    id bigint primary key,
    name text not null,
    kind text not null,
    language text not null
);

create table contact (
    id bigint primary key,
    person_id bigint not null references person (id),
    kind text not null,
    value text not null
);
create index contact_person on contact (person_id);

create table account (
    id bigint primary key,
    number bigint not null unique,
    person_id bigint not null references person (id),
    class text not null,
    cycle bigint not null check (cycle between 1 and 99),
    mail_to text not null,
    opened_on text not null
);
create index account_person on account (person_id);
create index account_cycle on account (cycle, id);

create table premise (
    id bigint primary key,
    street text not null,
    town text not null,
    region text not null
);

create table service_point (
    id bigint primary key,
    premise_id bigint not null references premise (id),
    commodity text not null,
    zone text not null
);
create index service_point_premise on service_point (premise_id);

create table interaction (
    id bigint primary key,
    account_id bigint not null references account (id),
    channel text not null,
    said_at bigint not null,
    staff_id bigint references staff (id),
    text text not null
);
create index interaction_account on interaction (account_id, said_at);

-- Meters and what they say ----------------------------------------------------------------------

create table meter (
    id bigint primary key,
    serial text not null,
    commodity text not null,
    unique (serial, commodity)
);

-- A register has digits, an interval channel has minutes.
create table channel (
    id bigint primary key,
    meter_id bigint not null references meter (id),
    digits bigint,
    minutes bigint,
    unit text not null,
    flow text not null,
    multiplier_micro bigint not null,
    check ((digits is null) <> (minutes is null))
);
create index channel_meter on channel (meter_id);

-- May change: to_on, once, when the meter comes down.
create table installation (
    id bigint primary key,
    meter_id bigint not null references meter (id),
    service_point_id bigint not null references service_point (id),
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index installation_point on installation (service_point_id, from_on);
create index installation_meter on installation (meter_id, from_on);

-- One imported file. Its bytes are kept, compressed, in parts.
create table batch (
    id bigint primary key,
    file_name text not null,
    sha256 text not null,
    kind text not null,
    accepted bigint not null,
    rejected bigint not null,
    imported_at bigint not null
);

-- A file of which something was taken is taken once; one of which nothing was may be tried again.
create unique index batch_taken on batch (sha256) where 0 < accepted;

create table batch_part (
    batch_id bigint not null references batch (id),
    position bigint not null,
    bytes bytea not null,
    primary key (batch_id, position)
);

create table reject (
    batch_id bigint not null references batch (id),
    line bigint not null,
    reason text not null,
    text text not null
);
create index reject_batch on reject (batch_id, line);

-- Of two reads of a register on one day, the one with the higher id holds.
create table read (
    id bigint primary key,
    channel_id bigint not null references channel (id),
    read_on text not null,
    index_micro bigint not null,
    kind text not null,
    batch_id bigint references batch (id)
);
create index read_channel on read (channel_id, read_on);

-- The interval values of a channel in one UTC month (counted from January 1970) as one file said
-- them. Where two files say something, the one with the higher batch holds.
create table interval_block (
    channel_id bigint not null references channel (id),
    month bigint not null,
    batch_id bigint not null references batch (id),
    bytes bytea not null,
    primary key (channel_id, month, batch_id)
);

-- Agreements and tariffs ------------------------------------------------------------------------

-- May change: to_on, once, when service ends.
create table agreement (
    id bigint primary key,
    account_id bigint not null references account (id),
    service_point_id bigint not null references service_point (id),
    tariff text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index agreement_account on agreement (account_id);
create index agreement_point on agreement (service_point_id, from_on);

-- What an agreement says of itself: a term (a number or a word that its tariff needs), a price of its
-- own, or an exemption with its certificate. May change: to_on, once, when something else follows.
create table agreement_term (
    agreement_id bigint not null references agreement (id),
    kind text not null,
    name text not null,
    from_on text not null,
    to_on text,
    value text not null,
    certificate text not null,
    primary key (agreement_id, kind, name, from_on),
    check (to_on is null or from_on < to_on)
);

create table tariff (
    id bigint primary key,
    code text not null,
    from_on text not null,
    sha256 text not null,
    text text not null,
    unique (code, from_on)
);

-- What is published for everybody on a tariff, under the name that tariffs call it: days of events,
-- prices, hours of peaks. One publication is one file, or what somebody said at the counter. Where
-- two say something of the same day or time, the one with the higher id holds.
create table publication (
    id bigint primary key,
    kind text not null,
    name text not null,
    batch_id bigint unique references batch (id),
    published_at bigint not null
);

create table event_day (
    name text not null,
    event_on text not null,
    publication_id bigint not null references publication (id),
    said text not null check (said in ('called', 'withdrawn')),
    primary key (name, event_on, publication_id)
);

-- Prices of one UTC month (counted from January 1970), in billionths for each kWh.
create table price_block (
    name text not null,
    month bigint not null,
    publication_id bigint not null references publication (id),
    bytes bytea not null,
    primary key (name, month, publication_id)
);

create table peak_hour (
    name text not null,
    start_at bigint not null,
    publication_id bigint not null references publication (id),
    minutes bigint not null,
    said text not null check (said in ('called', 'withdrawn')),
    primary key (name, start_at, publication_id)
);

-- Billing ---------------------------------------------------------------------------------------

create table bill_window (
    id bigint primary key,
    cycle bigint not null,
    from_on text not null,
    to_on text not null,
    billed_on text not null,
    due_on text not null,
    unique (cycle, from_on),
    check (from_on < to_on)
);

-- May change: the two cursors and the stage, in the transaction that holds the work, or in that in
-- which somebody releases it or calls it off.
create table run (
    id bigint primary key,
    window_id bigint not null references bill_window (id),
    waits bigint not null,
    checked_through bigint not null,
    posted_through bigint not null,
    stage text not null,
    begun_at bigint not null
);
create index run_window on run (window_id, id);

-- How each agreement ends in a window, as its latest run says. May change until it is billed.
create table run_item (
    window_id bigint not null references bill_window (id),
    agreement_id bigint not null references agreement (id),
    run_id bigint references run (id),
    account_id bigint not null references account (id),
    outcome text not null,
    reason text not null,
    detail text not null,
    total_cents bigint not null,
    tariff text not null,
    used_micro bigint,
    unit text,
    primary key (window_id, agreement_id)
);
create index run_item_account on run_item (run_id, account_id);

create table bill (
    id bigint primary key,
    number text not null unique,
    account_id bigint not null references account (id),
    window_id bigint not null references bill_window (id),
    from_on text not null,
    to_on text not null,
    billed_on text not null,
    due_on text not null,
    addressed_to text not null,
    total_cents bigint not null
);
create index bill_account on bill (account_id, billed_on);
create index bill_of_window on bill (window_id, account_id);

create table segment (
    bill_id bigint not null references bill (id),
    position bigint not null,
    agreement_id bigint not null references agreement (id),
    commodity text not null,
    service_at text not null,
    tariff text not null,
    tariff_name text not null,
    from_on text not null,
    to_on text not null,
    used_micro bigint not null,
    unit text not null,
    total_cents bigint not null,
    primary key (bill_id, position),
    check (from_on < to_on)
);
create index segment_agreement on segment (agreement_id, from_on);

create table segment_evidence (
    bill_id bigint not null,
    segment bigint not null,
    position bigint not null,
    meter text not null,
    unit text not null,
    flow text not null,
    from_on text not null,
    to_on text not null,
    first_on text,
    first_micro bigint,
    first_kind text,
    last_on text,
    last_micro bigint,
    last_kind text,
    multiplier_micro bigint not null,
    used_micro bigint not null,
    used_unit text not null,
    estimated bigint not null,
    primary key (bill_id, segment, position),
    foreign key (bill_id, segment) references segment (bill_id, position)
);

-- What a segment was made of, so that it can be made again: hashes of the use and of the texts of its
-- tariff and of what was published for it (empty when it looks for nothing), the version of the time
-- zones, the program, and the newest read, file and publication it knew.
create table segment_origin (
    bill_id bigint not null,
    segment bigint not null,
    usage_sha256 text not null,
    tariff_sha256 text not null,
    published_sha256 text not null,
    tz_version text not null,
    engine text not null,
    through_read bigint not null,
    through_batch bigint not null,
    through_publication bigint not null,
    until_on text,
    primary key (bill_id, segment),
    foreign key (bill_id, segment) references segment (bill_id, position)
);

-- What a segment leaves for the next bill of its agreement: demands that ratchets look back on
-- (peak), energy and money in a bank, what was charged towards the minimum of a year (charged), and
-- how the banks of energy (flow) and of credit in money (credit) went.
create table segment_carried (
    bill_id bigint not null,
    segment bigint not null,
    position bigint not null,
    kind text not null,
    name text not null,
    period text not null,
    turn_on text,
    micro bigint not null,
    cents bigint not null,
    exact_femto text,
    primary key (bill_id, segment, position),
    foreign key (bill_id, segment) references segment (bill_id, position)
);

-- The basis of an amount is a quantity at a price, the same for some of the days that the price is
-- for, a share of an amount, what is short of a least amount, or an amount by itself.
create table bill_line (
    bill_id bigint not null,
    segment bigint not null,
    position bigint not null,
    label text not null,
    kind text not null,
    from_on text not null,
    to_on text not null,
    quantity_micro bigint,
    unit text,
    price_nano bigint,
    part_days bigint,
    of_days bigint,
    base_cents bigint,
    share_nano bigint,
    least_cents bigint,
    charged_cents bigint,
    rule_tariff text not null,
    rule_version_on text not null,
    rule_line bigint not null,
    rule_text text not null,
    rounding text not null,
    exact_femto text not null,
    amount_cents bigint not null,
    primary key (bill_id, segment, position),
    foreign key (bill_id, segment) references segment (bill_id, position)
);

-- The books -------------------------------------------------------------------------------------

create table entry (
    id bigint primary key,
    kind text not null,
    effective_on text not null,
    key text not null,
    text text not null,
    unique (key, kind)
);

create table posting (
    entry_id bigint not null references entry (id),
    position bigint not null,
    gl text not null,
    account_id bigint not null references account (id),
    amount_cents bigint not null,
    primary key (entry_id, position)
);
create index posting_account on posting (account_id, gl);

create table payment (
    id bigint primary key,
    account_id bigint not null references account (id),
    amount_cents bigint not null check (0 < amount_cents),
    paid_on text not null,
    tender text not null,
    reference text not null,
    key text not null unique
);
create index payment_account on payment (account_id);

-- Community solar -------------------------------------------------------------------------------

-- A share of a host's surplus that goes to a subscriber. May change: to_on, when something else
-- follows.
create table allocation (
    host_id bigint not null references agreement (id),
    subscriber_id bigint not null references agreement (id),
    from_on text not null,
    to_on text,
    share_nano bigint not null check (0 < share_nano and share_nano <= 1000000000),
    primary key (host_id, subscriber_id, from_on),
    check (to_on is null or from_on < to_on),
    check (host_id <> subscriber_id)
);
create index allocation_subscriber on allocation (subscriber_id);

-- What a segment of a host's bill gave to a subscriber, and the segment that took it, once.
create table allotment (
    bill_id bigint not null,
    segment bigint not null,
    position bigint not null,
    agreement_id bigint not null references agreement (id),
    period text not null,
    micro bigint not null check (0 < micro),
    primary key (bill_id, segment, position),
    foreign key (bill_id, segment) references segment (bill_id, position)
);
create index allotment_agreement on allotment (agreement_id);

create table allotment_taken (
    host_bill_id bigint not null,
    host_segment bigint not null,
    host_position bigint not null,
    bill_id bigint not null,
    segment bigint not null,
    primary key (host_bill_id, host_segment, host_position),
    foreign key (host_bill_id, host_segment, host_position)
        references allotment (bill_id, segment, position),
    foreign key (bill_id, segment) references segment (bill_id, position)
);
create index allotment_taken_bill on allotment_taken (bill_id, segment);

-- Certificates ----------------------------------------------------------------------------------

create table generator (
    id bigint primary key,
    registry text not null,
    number text not null unique,
    unit text not null,
    fuel text not null,
    service_point_id bigint not null references service_point (id),
    flow text not null,
    nameplate_watts bigint
);

-- Whose the certificates of a generator are, from a month on, until the next election.
create table generator_owner (
    generator_id bigint not null references generator (id),
    from_on text not null,
    owner text not null,
    primary key (generator_id, from_on)
);

-- What a generator made in a month; a second row of a month states its new total. The rows of a
-- generator are in a row: two at once would settle the same remainder twice, and one is refused.
create table generation (
    generator_id bigint not null references generator (id),
    position bigint not null,
    vintage_on text not null,
    total_micro bigint not null check (0 <= total_micro),
    adjustment bigint not null,
    source text not null,
    remainder_micro bigint not null,
    primary key (generator_id, position)
);

-- What happened to the certificates of a generator, in a row for the same reason. Where each stands
-- is the sum of these.
create table certificate_movement (
    generator_id bigint not null references generator (id),
    position bigint not null,
    moved_on text not null,
    serial_from bigint not null,
    serial_to bigint not null,
    step text not null,
    vintage_on text,
    party text not null,
    reason text not null,
    report bigint,
    primary key (generator_id, position),
    foreign key (generator_id, report) references generation (generator_id, position),
    check (1 <= serial_from and serial_from <= serial_to)
);

-- Who did what, by which permission and with whose agreement; written in the transaction that did
-- it. The hash of a row covers all it says and the hash of the row before it. The ids have no gaps:
-- they are counted where no two transactions count at once.
create table audit (
    id bigint primary key,
    staff_id bigint references staff (id),
    second_id bigint references staff (id),
    permission text,
    done_at bigint not null,
    act text not null,
    subject text not null,
    detail text not null,
    was text,
    became text,
    why text,
    previous_hash text not null,
    hash text not null
);
create index audit_subject on audit (subject, id);
create index audit_staff on audit (staff_id, id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger interaction_stays before delete on interaction begin select raise(abort, 'interaction: never changes'); end;
create trigger interaction_same before update on interaction begin select raise(abort, 'interaction: never changes'); end;
create trigger batch_stays before delete on batch begin select raise(abort, 'batch: never changes'); end;
create trigger batch_same before update on batch begin select raise(abort, 'batch: never changes'); end;
create trigger batch_part_stays before delete on batch_part begin select raise(abort, 'batch_part: never changes'); end;
create trigger batch_part_same before update on batch_part begin select raise(abort, 'batch_part: never changes'); end;
create trigger reject_stays before delete on reject begin select raise(abort, 'reject: never changes'); end;
create trigger reject_same before update on reject begin select raise(abort, 'reject: never changes'); end;
create trigger read_stays before delete on read begin select raise(abort, 'read: never changes'); end;
create trigger read_same before update on read begin select raise(abort, 'read: never changes'); end;
create trigger interval_block_stays before delete on interval_block begin select raise(abort, 'interval_block: never changes'); end;
create trigger interval_block_same before update on interval_block begin select raise(abort, 'interval_block: never changes'); end;
create trigger publication_stays before delete on publication begin select raise(abort, 'publication: never changes'); end;
create trigger publication_same before update on publication begin select raise(abort, 'publication: never changes'); end;
create trigger event_day_stays before delete on event_day begin select raise(abort, 'event_day: never changes'); end;
create trigger event_day_same before update on event_day begin select raise(abort, 'event_day: never changes'); end;
create trigger price_block_stays before delete on price_block begin select raise(abort, 'price_block: never changes'); end;
create trigger price_block_same before update on price_block begin select raise(abort, 'price_block: never changes'); end;
create trigger peak_hour_stays before delete on peak_hour begin select raise(abort, 'peak_hour: never changes'); end;
create trigger peak_hour_same before update on peak_hour begin select raise(abort, 'peak_hour: never changes'); end;
create trigger tariff_stays before delete on tariff begin select raise(abort, 'tariff: never changes'); end;
create trigger tariff_same before update on tariff begin select raise(abort, 'tariff: never changes'); end;
create trigger bill_stays before delete on bill begin select raise(abort, 'bill: never changes'); end;
create trigger bill_same before update on bill begin select raise(abort, 'bill: never changes'); end;
create trigger segment_stays before delete on segment begin select raise(abort, 'segment: never changes'); end;
create trigger segment_same before update on segment begin select raise(abort, 'segment: never changes'); end;
create trigger segment_evidence_stays before delete on segment_evidence begin select raise(abort, 'segment_evidence: never changes'); end;
create trigger segment_evidence_same before update on segment_evidence begin select raise(abort, 'segment_evidence: never changes'); end;
create trigger segment_origin_stays before delete on segment_origin begin select raise(abort, 'segment_origin: never changes'); end;
create trigger segment_carried_stays before delete on segment_carried begin select raise(abort, 'segment_carried: never changes'); end;
create trigger segment_origin_same before update on segment_origin begin select raise(abort, 'segment_origin: never changes'); end;
create trigger segment_carried_same before update on segment_carried begin select raise(abort, 'segment_carried: never changes'); end;
create trigger bill_line_stays before delete on bill_line begin select raise(abort, 'bill_line: never changes'); end;
create trigger bill_line_same before update on bill_line begin select raise(abort, 'bill_line: never changes'); end;
create trigger entry_stays before delete on entry begin select raise(abort, 'entry: never changes'); end;
create trigger entry_same before update on entry begin select raise(abort, 'entry: never changes'); end;
create trigger posting_stays before delete on posting begin select raise(abort, 'posting: never changes'); end;
create trigger posting_same before update on posting begin select raise(abort, 'posting: never changes'); end;
create trigger payment_stays before delete on payment begin select raise(abort, 'payment: never changes'); end;
create trigger payment_same before update on payment begin select raise(abort, 'payment: never changes'); end;
create trigger generator_owner_stays before delete on generator_owner begin select raise(abort, 'generator_owner: never changes'); end;
create trigger generator_owner_same before update on generator_owner begin select raise(abort, 'generator_owner: never changes'); end;
create trigger generation_stays before delete on generation begin select raise(abort, 'generation: never changes'); end;
create trigger generation_same before update on generation begin select raise(abort, 'generation: never changes'); end;
create trigger certificate_movement_stays before delete on certificate_movement begin select raise(abort, 'certificate_movement: never changes'); end;
create trigger certificate_movement_same before update on certificate_movement begin select raise(abort, 'certificate_movement: never changes'); end;
create trigger allotment_stays before delete on allotment begin select raise(abort, 'allotment: never changes'); end;
create trigger allotment_same before update on allotment begin select raise(abort, 'allotment: never changes'); end;
create trigger allotment_taken_stays before delete on allotment_taken begin select raise(abort, 'allotment_taken: never changes'); end;
create trigger allotment_taken_same before update on allotment_taken begin select raise(abort, 'allotment_taken: never changes'); end;
create trigger audit_stays before delete on audit begin select raise(abort, 'audit: never changes'); end;
create trigger audit_same before update on audit begin select raise(abort, 'audit: never changes'); end;
-- INSERT OR REPLACE deletes the row in its way without asking the triggers above, on a connection
-- that did not turn recursive_triggers on. So whatever would be in the way is refused first, in the
-- words of SQLite itself: the store reads them as the same conflict. Where nobody gives a rowid it
-- is -1 here.
create trigger interaction_once before insert on interaction begin
    select raise(abort, 'UNIQUE constraint failed: interaction.id') where exists (select 1 from interaction where id = new.id);
end;
create trigger batch_once before insert on batch begin
    select raise(abort, 'UNIQUE constraint failed: batch.id') where exists (select 1 from batch where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: batch.sha256') where 0 < new.accepted and exists (select 1 from batch where sha256 = new.sha256 and 0 < accepted);
end;
create trigger batch_part_once before insert on batch_part begin
    select raise(abort, 'UNIQUE constraint failed: batch_part.batch_id, batch_part.position') where exists (select 1 from batch_part where batch_id = new.batch_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: batch_part.rowid') where exists (select 1 from batch_part where rowid = new.rowid);
end;
create trigger reject_once before insert on reject begin
    select raise(abort, 'UNIQUE constraint failed: reject.rowid') where exists (select 1 from reject where rowid = new.rowid);
end;
create trigger read_once before insert on read begin
    select raise(abort, 'UNIQUE constraint failed: read.id') where exists (select 1 from read where id = new.id);
end;
create trigger interval_block_once before insert on interval_block begin
    select raise(abort, 'UNIQUE constraint failed: interval_block.channel_id, interval_block.month, interval_block.batch_id') where exists (select 1 from interval_block where channel_id = new.channel_id and month = new.month and batch_id = new.batch_id);
    select raise(abort, 'UNIQUE constraint failed: interval_block.rowid') where exists (select 1 from interval_block where rowid = new.rowid);
end;
create trigger publication_once before insert on publication begin
    select raise(abort, 'UNIQUE constraint failed: publication.id') where exists (select 1 from publication where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: publication.batch_id') where exists (select 1 from publication where batch_id = new.batch_id);
end;
create trigger event_day_once before insert on event_day begin
    select raise(abort, 'UNIQUE constraint failed: event_day.name, event_day.event_on, event_day.publication_id') where exists (select 1 from event_day where name = new.name and event_on = new.event_on and publication_id = new.publication_id);
    select raise(abort, 'UNIQUE constraint failed: event_day.rowid') where exists (select 1 from event_day where rowid = new.rowid);
end;
create trigger price_block_once before insert on price_block begin
    select raise(abort, 'UNIQUE constraint failed: price_block.name, price_block.month, price_block.publication_id') where exists (select 1 from price_block where name = new.name and month = new.month and publication_id = new.publication_id);
    select raise(abort, 'UNIQUE constraint failed: price_block.rowid') where exists (select 1 from price_block where rowid = new.rowid);
end;
create trigger peak_hour_once before insert on peak_hour begin
    select raise(abort, 'UNIQUE constraint failed: peak_hour.name, peak_hour.start_at, peak_hour.publication_id') where exists (select 1 from peak_hour where name = new.name and start_at = new.start_at and publication_id = new.publication_id);
    select raise(abort, 'UNIQUE constraint failed: peak_hour.rowid') where exists (select 1 from peak_hour where rowid = new.rowid);
end;
create trigger tariff_once before insert on tariff begin
    select raise(abort, 'UNIQUE constraint failed: tariff.id') where exists (select 1 from tariff where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: tariff.code, tariff.from_on') where exists (select 1 from tariff where code = new.code and from_on = new.from_on);
end;
create trigger bill_once before insert on bill begin
    select raise(abort, 'UNIQUE constraint failed: bill.id') where exists (select 1 from bill where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: bill.number') where exists (select 1 from bill where number = new.number);
end;
create trigger segment_once before insert on segment begin
    select raise(abort, 'UNIQUE constraint failed: segment.bill_id, segment.position') where exists (select 1 from segment where bill_id = new.bill_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment.rowid') where exists (select 1 from segment where rowid = new.rowid);
end;
create trigger segment_evidence_once before insert on segment_evidence begin
    select raise(abort, 'UNIQUE constraint failed: segment_evidence.bill_id, segment_evidence.segment, segment_evidence.position') where exists (select 1 from segment_evidence where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment_evidence.rowid') where exists (select 1 from segment_evidence where rowid = new.rowid);
end;
create trigger segment_carried_once before insert on segment_carried begin
    select raise(abort, 'UNIQUE constraint failed: segment_carried.bill_id, segment_carried.segment, segment_carried.position') where exists (select 1 from segment_carried where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: segment_carried.rowid') where exists (select 1 from segment_carried where rowid = new.rowid);
end;
create trigger segment_origin_once before insert on segment_origin begin
    select raise(abort, 'UNIQUE constraint failed: segment_origin.bill_id, segment_origin.segment') where exists (select 1 from segment_origin where bill_id = new.bill_id and segment = new.segment);
    select raise(abort, 'UNIQUE constraint failed: segment_origin.rowid') where exists (select 1 from segment_origin where rowid = new.rowid);
end;
create trigger bill_line_once before insert on bill_line begin
    select raise(abort, 'UNIQUE constraint failed: bill_line.bill_id, bill_line.segment, bill_line.position') where exists (select 1 from bill_line where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: bill_line.rowid') where exists (select 1 from bill_line where rowid = new.rowid);
end;
create trigger entry_once before insert on entry begin
    select raise(abort, 'UNIQUE constraint failed: entry.id') where exists (select 1 from entry where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: entry.key, entry.kind') where exists (select 1 from entry where key = new.key and kind = new.kind);
end;
create trigger posting_once before insert on posting begin
    select raise(abort, 'UNIQUE constraint failed: posting.entry_id, posting.position') where exists (select 1 from posting where entry_id = new.entry_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: posting.rowid') where exists (select 1 from posting where rowid = new.rowid);
end;
create trigger payment_once before insert on payment begin
    select raise(abort, 'UNIQUE constraint failed: payment.id') where exists (select 1 from payment where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: payment.key') where exists (select 1 from payment where key = new.key);
end;
create trigger generator_owner_once before insert on generator_owner begin
    select raise(abort, 'UNIQUE constraint failed: generator_owner.generator_id, generator_owner.from_on') where exists (select 1 from generator_owner where generator_id = new.generator_id and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: generator_owner.rowid') where exists (select 1 from generator_owner where rowid = new.rowid);
end;
create trigger generation_once before insert on generation begin
    select raise(abort, 'UNIQUE constraint failed: generation.generator_id, generation.position') where exists (select 1 from generation where generator_id = new.generator_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: generation.rowid') where exists (select 1 from generation where rowid = new.rowid);
end;
create trigger certificate_movement_once before insert on certificate_movement begin
    select raise(abort, 'UNIQUE constraint failed: certificate_movement.generator_id, certificate_movement.position') where exists (select 1 from certificate_movement where generator_id = new.generator_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: certificate_movement.rowid') where exists (select 1 from certificate_movement where rowid = new.rowid);
end;
create trigger allotment_once before insert on allotment begin
    select raise(abort, 'UNIQUE constraint failed: allotment.bill_id, allotment.segment, allotment.position') where exists (select 1 from allotment where bill_id = new.bill_id and segment = new.segment and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: allotment.rowid') where exists (select 1 from allotment where rowid = new.rowid);
end;
create trigger allotment_taken_once before insert on allotment_taken begin
    select raise(abort, 'UNIQUE constraint failed: allotment_taken.host_bill_id, allotment_taken.host_segment, allotment_taken.host_position') where exists (select 1 from allotment_taken where host_bill_id = new.host_bill_id and host_segment = new.host_segment and host_position = new.host_position);
    select raise(abort, 'UNIQUE constraint failed: allotment_taken.rowid') where exists (select 1 from allotment_taken where rowid = new.rowid);
end;
create trigger audit_once before insert on audit begin
    select raise(abort, 'UNIQUE constraint failed: audit.id') where exists (select 1 from audit where id = new.id);
end;
-- +postgres
create function never_changes() returns trigger language plpgsql as $$
begin
    raise exception '%: never changes', tg_table_name;
end $$;
create trigger interaction_stays before update or delete on interaction for each row execute function never_changes();
create trigger interaction_all before truncate on interaction for each statement execute function never_changes();
create trigger batch_stays before update or delete on batch for each row execute function never_changes();
create trigger batch_all before truncate on batch for each statement execute function never_changes();
create trigger batch_part_stays before update or delete on batch_part for each row execute function never_changes();
create trigger batch_part_all before truncate on batch_part for each statement execute function never_changes();
create trigger reject_stays before update or delete on reject for each row execute function never_changes();
create trigger reject_all before truncate on reject for each statement execute function never_changes();
create trigger read_stays before update or delete on read for each row execute function never_changes();
create trigger read_all before truncate on read for each statement execute function never_changes();
create trigger interval_block_stays before update or delete on interval_block for each row execute function never_changes();
create trigger interval_block_all before truncate on interval_block for each statement execute function never_changes();
create trigger publication_stays before update or delete on publication for each row execute function never_changes();
create trigger publication_all before truncate on publication for each statement execute function never_changes();
create trigger event_day_stays before update or delete on event_day for each row execute function never_changes();
create trigger event_day_all before truncate on event_day for each statement execute function never_changes();
create trigger price_block_stays before update or delete on price_block for each row execute function never_changes();
create trigger price_block_all before truncate on price_block for each statement execute function never_changes();
create trigger peak_hour_stays before update or delete on peak_hour for each row execute function never_changes();
create trigger peak_hour_all before truncate on peak_hour for each statement execute function never_changes();
create trigger tariff_stays before update or delete on tariff for each row execute function never_changes();
create trigger tariff_all before truncate on tariff for each statement execute function never_changes();
create trigger bill_stays before update or delete on bill for each row execute function never_changes();
create trigger bill_all before truncate on bill for each statement execute function never_changes();
create trigger segment_stays before update or delete on segment for each row execute function never_changes();
create trigger segment_all before truncate on segment for each statement execute function never_changes();
create trigger segment_evidence_stays before update or delete on segment_evidence for each row execute function never_changes();
create trigger segment_evidence_all before truncate on segment_evidence for each statement execute function never_changes();
create trigger segment_origin_stays before update or delete on segment_origin for each row execute function never_changes();
create trigger segment_carried_stays before update or delete on segment_carried for each row execute function never_changes();
create trigger segment_origin_all before truncate on segment_origin for each statement execute function never_changes();
create trigger segment_carried_all before truncate on segment_carried for each statement execute function never_changes();
create trigger bill_line_stays before update or delete on bill_line for each row execute function never_changes();
create trigger bill_line_all before truncate on bill_line for each statement execute function never_changes();
create trigger entry_stays before update or delete on entry for each row execute function never_changes();
create trigger entry_all before truncate on entry for each statement execute function never_changes();
create trigger posting_stays before update or delete on posting for each row execute function never_changes();
create trigger posting_all before truncate on posting for each statement execute function never_changes();
create trigger payment_stays before update or delete on payment for each row execute function never_changes();
create trigger payment_all before truncate on payment for each statement execute function never_changes();
create trigger generator_owner_stays before update or delete on generator_owner for each row execute function never_changes();
create trigger generator_owner_all before truncate on generator_owner for each statement execute function never_changes();
create trigger generation_stays before update or delete on generation for each row execute function never_changes();
create trigger generation_all before truncate on generation for each statement execute function never_changes();
create trigger certificate_movement_stays before update or delete on certificate_movement for each row execute function never_changes();
create trigger certificate_movement_all before truncate on certificate_movement for each statement execute function never_changes();
create trigger allotment_stays before update or delete on allotment for each row execute function never_changes();
create trigger allotment_all before truncate on allotment for each statement execute function never_changes();
create trigger allotment_taken_stays before update or delete on allotment_taken for each row execute function never_changes();
create trigger allotment_taken_all before truncate on allotment_taken for each statement execute function never_changes();
create trigger audit_stays before update or delete on audit for each row execute function never_changes();
create trigger audit_all before truncate on audit for each statement execute function never_changes();
alter table audit alter id add generated by default as identity;
-- +both

-- No two at one place on one day ------------------------------------------------------------------

-- +sqlite
create trigger agreement_overlap_on_insert before insert on agreement
when exists (
    select 1 from agreement it
    where it.service_point_id = new.service_point_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'agreement: overlaps'); end;
create trigger agreement_overlap_on_update before update of from_on, to_on, service_point_id on agreement
when exists (
    select 1 from agreement it
    where it.service_point_id = new.service_point_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'agreement: overlaps'); end;

-- +sqlite
create trigger installation_overlap_point_on_insert before insert on installation
when exists (
    select 1 from installation it
    where it.service_point_id = new.service_point_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'installation: overlaps'); end;
create trigger installation_overlap_point_on_update before update of from_on, to_on, service_point_id, meter_id on installation
when exists (
    select 1 from installation it
    where it.service_point_id = new.service_point_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'installation: overlaps'); end;

-- +sqlite
create trigger installation_overlap_meter_on_insert before insert on installation
when exists (
    select 1 from installation it
    where it.meter_id = new.meter_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'installation: overlaps'); end;
create trigger installation_overlap_meter_on_update before update of from_on, to_on, service_point_id, meter_id on installation
when exists (
    select 1 from installation it
    where it.meter_id = new.meter_id and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'installation: overlaps'); end;
-- +postgres
create function agreement_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same place waits here, so that two cannot slip in at once.
    perform 1 from service_point where id = new.service_point_id for update;
    if exists (
        select 1 from agreement it
        where it.service_point_id = new.service_point_id and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'agreement: overlaps';
    end if;
    return new;
end $$;
create trigger agreement_overlap before insert or update on agreement
for each row execute function agreement_overlaps();
create function installation_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same place waits here, so that two cannot slip in at once.
    perform 1 from service_point where id = new.service_point_id for update;
    perform 1 from meter where id = new.meter_id for update;
    if exists (
        select 1 from installation it
        where (it.service_point_id = new.service_point_id or it.meter_id = new.meter_id) and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'installation: overlaps';
    end if;
    return new;
end $$;
create trigger installation_overlap before insert or update on installation
for each row execute function installation_overlaps();
-- +both

-- No certificate is made twice, and one that retired, expired or was taken back never moves again --

-- +sqlite
create trigger certificate_movement_final before insert on certificate_movement
when exists (
    select 1 from certificate_movement it
    where it.generator_id = new.generator_id
      and it.serial_from <= new.serial_to and new.serial_from <= it.serial_to
      and (new.step = 'mint' or it.step in ('retire', 'expire', 'withdraw')))
begin select raise(abort, 'certificate_movement: final'); end;
-- +postgres
create function certificate_movement_final() returns trigger language plpgsql as $$
begin
    -- Whoever moves certificates of the same generator waits here.
    perform 1 from generator where id = new.generator_id for update;
    if exists (
        select 1 from certificate_movement it
        where it.generator_id = new.generator_id
          and it.serial_from <= new.serial_to and new.serial_from <= it.serial_to
          and (new.step = 'mint' or it.step in ('retire', 'expire', 'withdraw')))
    then
        raise exception 'certificate_movement: final';
    end if;
    return new;
end $$;
create trigger certificate_movement_final before insert on certificate_movement
for each row execute function certificate_movement_final();
-- +both

-- The shares of a host never come to more than all of its surplus ----------------------------------

-- +sqlite
create trigger allocation_too_much before insert on allocation
when exists (
        select 1 from (
            select new.from_on as day
            union select it.from_on from allocation it
            where it.host_id = new.host_id and new.from_on <= it.from_on
              and (new.to_on is null or it.from_on < new.to_on)) as days
        where 1000000000 - new.share_nano < (
            select coalesce(sum(it.share_nano), 0) from allocation it
            where it.host_id = new.host_id and it.from_on <= days.day
              and (it.to_on is null or days.day < it.to_on)))
begin select raise(abort, 'allocation: too much'); end;
create trigger allocation_same before update of host_id, subscriber_id, from_on, share_nano on allocation
begin select raise(abort, 'allocation: never changes'); end;
create trigger allocation_longer before update of to_on on allocation
when old.to_on is not null and (new.to_on is null or old.to_on < new.to_on)
begin select raise(abort, 'allocation: never changes'); end;
-- +postgres
create function allocation_too_much() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if (old.host_id, old.subscriber_id, old.from_on, old.share_nano)
            is distinct from (new.host_id, new.subscriber_id, new.from_on, new.share_nano)
            or (old.to_on is not null and (new.to_on is null or old.to_on < new.to_on))
        then
            raise exception 'allocation: never changes';
        end if;
        return new;
    end if;
    -- Whoever asks about the same host waits here, so that two cannot slip in at once.
    perform 1 from agreement where id = new.host_id for update;
    if exists (
        select 1 from (
            select new.from_on as day
            union select it.from_on from allocation it
            where it.host_id = new.host_id and new.from_on <= it.from_on
              and (new.to_on is null or it.from_on < new.to_on)) as days
        where 1000000000 - new.share_nano < (
            select coalesce(sum(it.share_nano), 0) from allocation it
            where it.host_id = new.host_id and it.from_on <= days.day
              and (it.to_on is null or days.day < it.to_on)))
    then
        raise exception 'allocation: too much';
    end if;
    return new;
end $$;
create trigger allocation_too_much before insert or update on allocation
for each row execute function allocation_too_much();
-- +both
