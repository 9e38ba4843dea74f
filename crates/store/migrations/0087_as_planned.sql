-- Bills that are let go late are of the day on which they are let go. Where a run says so they keep the days
-- planned for them: it is of the past, and their customers have had them from elsewhere.

alter table run add column as_planned bigint not null default 0;
