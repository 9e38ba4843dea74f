-- What a tariff calls itself and its charges in Spanish, kept with the bills that say it.

alter table segment add column tariff_spanish text;
alter table bill_line add column spanish text;
alter table once_line add column spanish text;
