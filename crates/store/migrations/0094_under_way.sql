-- What takes long and is under way: written down before it begins and taken away when it ended, so that what
-- was cut off is seen.
create table under_way (
    kind text primary key check (kind in ('review', 'close')),
    said text not null,
    staff_id bigint references staff (id),
    begun_at bigint not null,
    seen_at bigint not null
);
