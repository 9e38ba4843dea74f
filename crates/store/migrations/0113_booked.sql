-- What came in at an account of a bank on days around one, to be compared with what is told again.

create index bank_credit_booked on bank_credit (account, booked_on);
