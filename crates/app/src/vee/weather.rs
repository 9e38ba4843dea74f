//! The degree-days that an estimate goes by: those of the station under which its service point looks,
//! those that are published for everybody, or those of the temperatures that are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::id::ServicePointId;
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::published::Prices;
use meterbook_core::reads::vee::degrees::{Base, DegreeDays, Source};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::LOOK_BACK;

/// The name under which degree-days are published, as prices are: the intervals of a day add up to it.
const DEGREE_DAYS: &str = "degree-days";
/// The name under which temperatures are published in the same way: a day has the mean of its intervals.
const TEMPERATURE: &str = "temperature";

/// Degree-days and where they come from; `None` where nothing is published.
pub(crate) type Degrees = Option<Arc<(DegreeDays, Source)>>;

/// Degree-days before a day, each series read once.
pub(crate) struct Weather {
    zone: Zone,
    within: Period,
    stations: HashMap<(Base, Vec<(Date, String)>), Degrees>,
    everybody: HashMap<Base, Degrees>,
}

impl Weather {
    /// What is known of the days before `until`, by the utility's clock.
    pub(crate) fn before(tx: &mut Tx, until: Date) -> Result<Weather> {
        let zone = crate::founding::zone(tx)?;
        let from = until.checked_sub(LOOK_BACK.days())?;
        let within = Period::new(from, until).expect("800 days are some");
        Ok(Weather { zone, within, stations: HashMap::new(), everybody: HashMap::new() })
    }

    /// The degree-days of a service point.
    pub(crate) fn at(&mut self, tx: &mut Tx, point: ServicePointId, base: Base) -> Result<Degrees> {
        let mut looks = store::figure::looks(tx, std::iter::once(point))?;
        looks.retain(|it| it.kind == base.kind);
        if !looks.is_empty() {
            let key = (base, looks.iter().map(|it| (it.from, it.name.clone())).collect());
            if !self.stations.contains_key(&key) {
                let found = self.of_stations(tx, base, &looks)?;
                self.stations.insert(key.clone(), found);
            }
            if let Some(found) = &self.stations[&key] {
                return Ok(Some(found.clone()));
            }
        }
        if !self.everybody.contains_key(&base) {
            let found = self.published(tx, base)?;
            self.everybody.insert(base, found);
        }
        Ok(self.everybody[&base].clone())
    }

    fn of_stations(
        &self,
        tx: &mut Tx,
        base: Base,
        looks: &[meterbook_core::figure::Looks],
    ) -> Result<Degrees> {
        let mut days = DegreeDays::new();
        let mut last = None;
        for it in looks {
            // Where a point began to look counts for the days before too, unless it looked elsewhere.
            let from = if last.is_none() { self.within.start() } else { it.from };
            last = Some(it.name.clone());
            let Some(days_of) = self.within.overlap(from, it.to) else { continue };
            let all = store::figure::under(tx, base.kind, &it.name, days_of.end(), Known::ALL)?;
            let within = all.iter().filter(|it| days_of.contains(it.on));
            days.extend(within.map(|it| (it.on, it.micro.div_euclid(1_000))));
        }
        let name = last.filter(|_| !days.is_empty());
        Ok(name.map(|it| Arc::new((days, Source::Station(it)))))
    }

    fn published(&self, tx: &mut Tx, base: Base) -> Result<Degrees> {
        if let Some(prices) = store::published::prices(tx, DEGREE_DAYS, self.within, Known::ALL)? {
            let days = self.by_day(&prices).into_iter();
            let days = days.map(|(day, (sum, _))| (day, sum.div_euclid(1_000_000))).collect();
            return Ok(Some(Arc::new((days, Source::Published(DEGREE_DAYS.to_owned())))));
        }
        let Some(prices) = store::published::prices(tx, TEMPERATURE, self.within, Known::ALL)?
        else {
            return Ok(None);
        };
        // The mean of half a day is not that of the day.
        let whole = |day: Date, count: i64| {
            let (from, to) = (self.zone.start_of(day), self.zone.start_of(day.tomorrow().ok()?));
            let minutes = (to.as_second() - from.as_second()).div_euclid(60);
            (minutes == count * i64::from(prices.minutes)).then_some(())
        };
        let degrees = |(day, (sum, count)): (Date, (i64, i64))| {
            whole(day, count)?;
            Some((day, base.of_mean(sum.div_euclid(count).div_euclid(1_000_000))))
        };
        let days = self.by_day(&prices).into_iter().filter_map(degrees).collect();
        Ok(Some(Arc::new((days, Source::Temperatures(TEMPERATURE.to_owned())))))
    }

    /// The sum of the intervals of each day, and how many there are.
    fn by_day(&self, prices: &Prices) -> BTreeMap<Date, (i64, i64)> {
        let mut days = BTreeMap::new();
        let start = prices.start.as_second();
        let starts = (start..).step_by(usize::from(prices.minutes.max(1)) * 60);
        for (second, nano) in starts.zip(&prices.nano) {
            if let (Ok(at), Some(nano)) = (jiff::Timestamp::from_second(second), nano) {
                let (sum, count) = days.entry(self.zone.day_of(at)).or_insert((0, 0));
                *sum += nano;
                *count += 1;
            }
        }
        days
    }
}
