-- Refunds are few among entries, and are found without looking at all of them.

create index entry_refund on entry (id) where kind = 'refund';
