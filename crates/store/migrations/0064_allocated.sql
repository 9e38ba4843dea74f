-- What was paid of a debt is asked for by the debt: of every account that owes, each night.
create index payment_allocation_of on payment_allocation (entry_id);
