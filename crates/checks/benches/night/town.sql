-- A town as it stands on an evening, put into a new database behind the store's back: nobody lives some
-- months of a million accounts to measure a night. People, places and accounts are there already.
-- {accounts} is how many there are, {months} how many turns of each cycle were billed.
--
-- Of a hundred, one owes all and is in a case since; four more owe the bill before the last one, one of
-- them half of it. Half of the last bills are paid, a tenth of these payments came in today.

insert into agreement (id, account_id, service_point_id, tariff, from_on)
select id, id, id, 'R-1', (select min(w.from_on) from bill_window w where w.cycle = account.cycle)
from account order by id;

insert into bill (id, number, account_id, window_id, from_on, to_on, billed_on, due_on, addressed_to,
    total_cents)
select (w.id / 100 - 1) * {accounts} + a.id, 'B-' || ((w.id / 100 - 1) * {accounts} + a.id), a.id,
    w.id, w.from_on, w.to_on, w.billed_on, w.due_on, '', 4000 + a.id * 37 % 9000 + w.id
from bill_window w join account a on a.cycle = w.cycle order by w.id / 100, a.id;

insert into segment (bill_id, position, agreement_id, commodity, service_at, tariff, tariff_name, from_on,
    to_on, used_micro, unit, total_cents)
select id, 0, account_id, 'electric', account_id || ' Mill St', 'R-1', 'Residential', from_on, to_on,
    total_cents * 80000, 'kWh', total_cents
from bill order by id;

insert into bill_line (bill_id, segment, position, label, kind, from_on, to_on, quantity_micro, unit,
    price_nano, base_cents, share_nano, rule_tariff, rule_version_on, rule_line, rule_text, rounding,
    exact_femto, amount_cents)
select b.id, 0, l.position, l.label, l.kind, b.from_on, b.to_on, null, null, null, null, null, 'R-1',
    '2018-01-01', l.position + 6, '', 'half-up', '0',
    case l.position when 0 then 1200 when 1 then b.total_cents - b.total_cents / 29 - 1200
        else b.total_cents / 29 end
from bill b cross join (
    select 0 as position, 'Service charge' as label, 'fixed' as kind
    union all select 1, 'Energy', 'usage' union all select 2, 'City tax', 'tax') as l
order by b.id, l.position;

insert into payment (id, account_id, amount_cents, paid_on, tender, reference, key)
select b.id, b.account_id,
    case when w.id / 100 = {months} - 1 and b.account_id % 100 = 27 then b.total_cents / 2
        else b.total_cents end,
    b.billed_on, 'check', '' || (1000 + b.id), 'payment/' || b.id
from bill b join bill_window w on w.id = b.window_id
where case
    when w.id / 100 = {months} then b.account_id % 2 = 0
    when w.id / 100 = {months} - 1 then b.account_id % 20 <> 7 or b.account_id % 100 = 27
    else b.account_id % 100 <> 7 end
order by b.id;

insert into receipt (id, received_on, taken_at, amount_cents)
select id, paid_on, 0, amount_cents from payment order by id;
insert into tender (id, receipt_id, kind, amount_cents, reference)
select id, id, tender, amount_cents, reference from payment order by id;
insert into payment_tender (payment_id, tender_id) select id, id from payment order by id;

insert into entry (id, kind, effective_on, key, text)
select id + (window_id / 100 - 1) * {accounts}, 'bill', billed_on, number, '' from bill order by id;
insert into entry (id, kind, effective_on, key, text)
select y.id + (b.window_id / 100) * {accounts}, 'payment', y.paid_on, y.key, ''
from payment y join bill b on b.id = y.id order by y.id;

insert into posting (entry_id, position, gl, account_id, amount_cents)
select b.id + (b.window_id / 100 - 1) * {accounts}, l.position, l.gl, b.account_id,
    case l.position when 0 then b.total_cents when 1 then b.total_cents / 29 - b.total_cents
        else -(b.total_cents / 29) end
from bill b cross join (
    select 0 as position, '1200 receivable' as gl
    union all select 1, '4010 electric revenue' union all select 2, '2300 tax payable') as l
order by b.id, l.position;
insert into posting (entry_id, position, gl, account_id, amount_cents)
select y.id + (b.window_id / 100) * {accounts}, l.position, l.gl, y.account_id,
    case l.position when 0 then y.amount_cents else -y.amount_cents end
from payment y join bill b on b.id = y.id cross join (
    select 0 as position, '1010 cash' as gl union all select 1, '1200 receivable') as l
order by y.id, l.position;

insert into payment_allocation (payment_id, position, entry_id, amount_cents)
select y.id, 0, b.id + (b.window_id / 100 - 1) * {accounts}, y.amount_cents
from payment y join bill b on b.id = y.id order by y.id;

-- What is paid in parts, who is ill, and how far cases came.
insert into plan (key, account_id, agreed_on, debt_cents, why)
select 'plan/' || id, id, '2026-08-20', 6000, 'by phone' from account where id % 500 = 207;
insert into plan_part (key, nth, due_on, amount_cents)
select p.key, t.nth, t.due_on, 3000 from plan p cross join (
    select 1 as nth, '2026-09-20' as due_on union all select 2, '2026-10-20') as t;
insert into protection (key, shield, account_id, nth, from_on, to_on, evidence)
select 'medical/' || id, 'medical', id, 1, '2026-08-01', '2026-10-01', 'certificate' from account
where id % 100 = 3 or id % 1000 = 107;
insert into collection_case (key, account_id, opened_on, oldest_on, past_due_cents, after_step)
select 'case/' || b.account_id, b.account_id, '2026-08-15', min(b.due_on), sum(b.total_cents), 0
from bill b where b.account_id % 100 = 7 and b.due_on < '2026-08-15' group by b.account_id;
insert into collection_step (key, nth, step, taken_on, past_due_cents)
select key, 1, 'reminder', '2026-08-15', past_due_cents from collection_case;
-- A cut waits for a notice that went out.
insert into collection_step (key, nth, step, taken_on, past_due_cents)
select key, 2, 'notice', '2026-08-20', past_due_cents from collection_case where account_id % 1000 in (7, 107);
insert into mailing (id, number, kind, account_id, language, addressed_to, dated_on, cause)
select c.account_id, 'L-' || c.account_id, 'letter', c.account_id, 'en', 'Somebody', t.taken_on, t.step
from collection_step t join collection_case c on c.key = t.key where t.step = 'notice';
insert into collection_letter (key, nth, again, step, mailing_id, earliest_on)
select t.key, t.nth, 0, t.step, c.account_id, '2026-08-25'
from collection_step t join collection_case c on c.key = t.key where t.step = 'notice';
insert into piece (id, key, account_id, person_id, role, channel, address, mailing_id)
select m.id, 'letter/' || m.id, m.account_id, a.person_id, 'holder', 'post', m.addressed_to, m.id
from mailing m join account a on a.id = m.account_id;
insert into piece_event (piece_id, position, state, at, detail)
select id, 1, 'sent', 1787245200000000, '' from piece;

insert into journal (number, closed_on, through_entry, entries, debit_cents, closed_at)
select 1, '2026-08-27', (2 * {months} - 1) * {accounts} + {accounts} / 10 * 9, 0, 0, 0 from utility;
insert into journal_moved (number, effective_on, gl, debit_cents, credit_cents)
select 1, e.effective_on, p.gl,
    sum(case when 0 < p.amount_cents then p.amount_cents else 0 end),
    sum(case when p.amount_cents < 0 then -p.amount_cents else 0 end)
from journal j join entry e on e.id <= j.through_entry join posting p on p.entry_id = e.id
group by e.effective_on, p.gl;
insert into account_owed (account_id, owed_cents)
select p.account_id, sum(p.amount_cents)
from journal j join posting p on p.entry_id <= j.through_entry
where p.gl = '1200 receivable' group by p.account_id;
insert into entry_day (on_day, first_entry)
select '2026-08-28', through_entry + 1 from journal;
insert into counter (name, last) values
    ('bill', {months} * {accounts}), ('entry', 2 * {months} * {accounts}),
    ('payment', {months} * {accounts}), ('receipt', {months} * {accounts}),
    ('tender', {months} * {accounts}), ('mailing', {accounts}), ('piece', {accounts});
