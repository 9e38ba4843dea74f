-- What all amounts of the utility are in. It was said of the seller from a day on; an amount that was posted
-- does not change what it is in from one day to the next.

alter table utility add column currency text not null default 'USD';
update utility set currency = coalesce(
    (select s.currency from seller s order by s.from_on desc limit 1), 'USD');
alter table seller drop column currency;
