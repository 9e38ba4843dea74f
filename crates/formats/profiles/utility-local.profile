profile utility-local 1
about   What a utility's portal gives customers: local time without a zone, some lines on top; the hour that comes twice is there twice
lines   delimited ,
skip    2
names
gives   values
ways    in
field   meter   column "Meter Number"
field   start   column "Start Time"  as "MM/DD/YYYY hh:mm"
field   value   column "Usage"
field   unit    column "Units"
field   quality column "Estimated"  where N=A Y=E
field   minutes is 60
example
Account,1000-0012-4
Printed,07/02/2026
Meter Number,Start Time,End Time,Usage,Units,Estimated
E-200,11/01/2026 00:00,11/01/2026 01:00,0.5,KWH,N
E-200,11/01/2026 01:00,11/01/2026 02:00,0.75,KWH,N
E-200,11/01/2026 01:00,11/01/2026 02:00,0.25,KWH,Y
says
meter=E-200 | start=2026-11-01T00:00:00 | value=0.5 | unit=KWH | quality=A | minutes=60
meter=E-200 | start=2026-11-01T01:00:00 | value=0.75 | unit=KWH | quality=A | minutes=60
meter=E-200 | start=2026-11-01T01:00:00 | value=0.25 | unit=KWH | quality=E | minutes=60
end
