-- Which correction made a bill is asked of every bill that is corrected.

create index bill_cancelled_made on bill_cancelled (made_bill_id);
