//! How a utility calls the accounts of its general ledger, as a text.
//!
//! ```text
//! 1010 general  = cash: Cash in bank
//! 4011 electric = electric revenue, tariff R-1: Residential sales
//! 2310 general  = tax payable, line City tax: Taxes of the city
//! franchise City tax
//! ```
//! A line of a bill that is a franchise fee is said by its name; where none is said, what has "franchise" in
//! its name is one.
//! The program posts to a few roles ([`Gl`]); the text says which number, fund and name each has, and
//! may tell them further apart by tariff and by what a line of a bill is called. What says most of a
//! posting counts; what no line says keeps the role's own number and name.

use std::fmt;

use crate::ledger::Gl;

/// What the name of a franchise fee has in it, where a utility does not say which lines are some.
pub const FRANCHISE: &str = "franchise";

/// A chart of accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    lines: Vec<Named>,
    /// What lines of bills are called that are franchise fees.
    pub franchise: Vec<String>,
}

/// An account as the utility calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its number, as the utility's books have it.
    pub number: String,
    /// Its fund.
    pub fund: String,
    /// Its name.
    pub name: String,
    role: Gl,
    tariff: Option<String>,
    line: Option<String>,
}

/// What of a posting tells accounts of one role apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The tariff that a line of a bill comes from.
    pub tariff: Option<&'a str>,
    /// What the line is called: which tax, which charge.
    pub line: Option<&'a str>,
}

/// Where a text is no chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartFault {
    /// A line is not written like one.
    Line {
        /// Which, from one.
        line: usize,
    },
    /// There is no such role.
    Role {
        /// Which line, from one.
        line: usize,
        /// What it says.
        role: String,
    },
}

impl Chart {
    /// Reads a chart.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Chart, ChartFault> {
        let (mut lines, mut franchise) = (Vec::new(), Vec::new());
        for (nth, said) in (1..).zip(text.lines()) {
            let said = said.trim();
            if said.is_empty() || said.starts_with('#') {
                continue;
            }
            match said.strip_prefix("franchise ") {
                Some(name) => franchise.push(name.trim().to_owned()),
                None => lines.push(named(nth, said)?),
            }
        }
        Ok(Chart { lines, franchise })
    }

    /// The tariffs that are named.
    pub fn tariffs(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|it| it.tariff.as_deref())
    }

    /// Whether a line of a bill is a franchise fee.
    pub fn is_franchise(&self, line: &str) -> bool {
        match self.franchise.is_empty() {
            true => line.to_lowercase().contains(FRANCHISE),
            false => self.franchise.iter().any(|it| it.eq_ignore_ascii_case(line)),
        }
    }

    /// The account that is called so: by a role's name, all of the role; by a number, what has it. The
    /// number of a role that the utility calls otherwise is all of the role.
    pub fn called(&self, text: &str) -> Option<Called> {
        let text = text.trim();
        let role = Gl::called(text);
        let own_number = |it: Gl| it.word().split_once(' ').is_some_and(|it| it.0 == text);
        if let Some(role) = role.filter(|it| !own_number(*it)) {
            return Some(Called { roles: vec![role], number: None });
        }
        let has = |role: &&Gl| {
            let of = |it: &&Named| it.role == **role;
            let said = self.lines.iter().filter(of).any(|it| it.number == text);
            said || (own_number(**role) && self.keeps_own(**role))
        };
        let roles: Vec<Gl> = Gl::ALL.iter().filter(has).copied().collect();
        match roles.is_empty() {
            false => Some(Called { roles, number: Some(text.to_owned()) }),
            true => role.map(|role| Called { roles: vec![role], number: None }),
        }
    }

    /// Whether postings of a role may keep its own number: no line says it of all of them.
    fn keeps_own(&self, role: Gl) -> bool {
        let of_all = |it: &Named| it.role == role && it.tariff.is_none() && it.line.is_none();
        !self.lines.iter().any(of_all)
    }

    /// Whether postings of a role have several accounts.
    pub fn parts(&self, role: Gl) -> bool {
        self.lines.iter().any(|it| it.role == role && (it.tariff.is_some() || it.line.is_some()))
    }

    /// Every number there is, in order.
    pub fn numbers(&self) -> Vec<String> {
        let own = Gl::ALL.iter().filter(|it| self.keeps_own(**it)).map(|it| own(*it).number);
        let mut all: Vec<String> =
            self.lines.iter().map(|it| it.number.clone()).chain(own).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The account of a posting.
    pub fn account(&self, role: Gl, told: Told) -> Named {
        let says = |ours: &Option<String>, theirs: Option<&str>| match ours {
            None => Some(0),
            Some(ours) => (Some(ours.as_str()) == theirs).then_some(1),
        };
        let fits = |it: &&Named| {
            let (tariff, line) = (says(&it.tariff, told.tariff)?, says(&it.line, told.line)?);
            (it.role == role).then_some(tariff + line)
        };
        let mut best: Option<(&Named, i32)> = None;
        for it in &self.lines {
            let Some(most) = fits(&it) else { continue };
            if best.is_none_or(|(_, so_far)| so_far < most) {
                best = Some((it, most));
            }
        }
        best.map_or_else(|| own(role), |(it, _)| it.clone())
    }
}

/// An account of the general ledger that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Its role; several where the utility has one account for them.
    pub roles: Vec<Gl>,
    /// Its number, where not all of the role is asked for.
    pub number: Option<String>,
}

impl Called {
    /// Whether an account of one of its roles is asked for.
    pub fn has(&self, named: &Named) -> bool {
        self.number.as_ref().is_none_or(|it| *it == named.number)
    }
}

/// A role by its own number and name.
fn own(role: Gl) -> Named {
    let (number, name) = role.word().split_once(' ').unwrap_or((role.word(), ""));
    let [number, name, fund] = [number, name, "general"].map(str::to_owned);
    Named { number, fund, name, role, tariff: None, line: None }
}

fn named(line: usize, said: &str) -> Result<Named, ChartFault> {
    let wrong = || ChartFault::Line { line };
    let (account, rest) = said.split_once('=').ok_or_else(wrong)?;
    let (number, fund) = account.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
    let (what, name) = rest.rsplit_once(':').ok_or_else(wrong)?;
    let mut parts = what.split(',').map(str::trim);
    let said = parts.next().unwrap_or_default();
    let of_role = |it: &&Gl| it.word().split_once(' ').is_some_and(|it| it.1 == said);
    let role = Gl::ALL.iter().find(of_role);
    let role = *role.ok_or_else(|| ChartFault::Role { line, role: said.to_owned() })?;
    let [number, fund, name] = [number, fund.trim(), name.trim()].map(str::to_owned);
    let mut it = Named { number, fund, name, role, tariff: None, line: None };
    for part in parts {
        match part.split_once(' ') {
            Some(("tariff", code)) => it.tariff = Some(code.trim().to_owned()),
            Some(("line", label)) => it.line = Some(label.trim().to_owned()),
            _ => return Err(wrong()),
        }
    }
    if it.fund.is_empty() || it.name.is_empty() { Err(wrong()) } else { Ok(it) }
}

impl fmt::Display for ChartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChartFault::Line { line } => write!(
                f,
                "line {line} is no account; write: NUMBER FUND = ROLE, tariff CODE, line LABEL: NAME, or franchise LABEL"
            ),
            ChartFault::Role { line, role } => {
                let roles: Vec<&str> =
                    Gl::ALL.iter().filter_map(|it| Some(it.word().split_once(' ')?.1)).collect();
                write!(f, "line {line}: {role} is no role; write one of: {}", roles.join(", "))
            }
        }
    }
}

impl std::error::Error for ChartFault {}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# ours\n\
        1010 general  = cash: Cash in bank\n\
        4010 electric = electric revenue: Sales\n\
        4011 electric = electric revenue, tariff R-1: Residential sales\n\
        2310 general  = tax payable, line City tax: Taxes of the city\n\
        2311 city     = tax payable, tariff R-1, line City tax: Taxes of homes\n";

    #[test]
    fn franchise_fees_go_by_what_is_said_and_else_by_their_name() {
        let plain = Chart::parse(TEXT).unwrap();
        assert!(plain.is_franchise("City Franchise fee") && !plain.is_franchise("City tax"));
        let said = Chart::parse(&format!("{TEXT}franchise City tax\n")).unwrap();
        assert!(said.is_franchise("city tax") && !said.is_franchise("City Franchise fee"));
        assert!(!said.is_franchise("Old city tax"), "the whole name");
    }

    #[test]
    fn what_says_most_counts() {
        let chart = Chart::parse(TEXT).unwrap();
        let number = |role, tariff, line| chart.account(role, Told { tariff, line }).number;
        assert_eq!(number(Gl::Cash, None, None), "1010");
        assert_eq!(number(Gl::ElectricRevenue, Some("R-1"), Some("Energy")), "4011");
        assert_eq!(number(Gl::ElectricRevenue, Some("C-1"), None), "4010");
        assert_eq!(number(Gl::TaxPayable, Some("C-1"), Some("City tax")), "2310");
        assert_eq!(number(Gl::TaxPayable, Some("R-1"), Some("City tax")), "2311");
        // What no line says keeps its own.
        let other =
            chart.account(Gl::TaxPayable, Told { tariff: Some("R-1"), line: Some("State") });
        assert_eq!(
            (&*other.number, &*other.name, &*other.fund),
            ("2300", "tax payable", "general")
        );
    }

    #[test]
    fn an_account_is_found_by_its_number_and_a_role_by_its_name() {
        let chart = Chart::parse(TEXT).unwrap();
        let called = |text| chart.called(text).map(|it| (it.roles, it.number));
        let number = |text: &str| Some(text.to_owned());
        assert_eq!(called("4011"), Some((vec![Gl::ElectricRevenue], number("4011"))));
        assert_eq!(called("4010"), Some((vec![Gl::ElectricRevenue], number("4010"))));
        assert_eq!(called("electric revenue"), Some((vec![Gl::ElectricRevenue], None)));
        assert_eq!(called("2300"), Some((vec![Gl::TaxPayable], number("2300"))));
        assert_eq!(called("4019"), None);
        assert!(chart.parts(Gl::ElectricRevenue) && !chart.parts(Gl::Cash));
        assert!(chart.numbers().contains(&"4011".to_owned()));
        let both = "4000 town = electric revenue: Sales\n4000 town = gas revenue: Sales\n";
        let both = Chart::parse(both).unwrap();
        let one = both.called("4000").unwrap();
        assert_eq!(one.roles, [Gl::ElectricRevenue, Gl::GasRevenue]);
        // Who knows the program's own number finds what is called otherwise.
        let own = both.called("4010").unwrap();
        assert_eq!((own.roles, own.number), (vec![Gl::ElectricRevenue], None));
        assert!(!both.numbers().contains(&"4010".to_owned()));
    }

    #[test]
    fn what_is_no_chart_says_where() {
        for (text, says) in [
            ("1010 general cash: Cash", "line 1 is no account; write: NUMBER FUND = ROLE"),
            ("\n1010 = cash: Cash", "line 2 is no account"),
            ("1010 general = cash, town A: Cash", "line 1 is no account"),
            ("1010 general = cash:", "line 1 is no account"),
            (
                "1010 general = till: Cash",
                "line 1: till is no role; write one of: cash, receivable",
            ),
        ] {
            let why = Chart::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
