//! The console as a clerk meets it: a sample utility, served, and a browser in front of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::server::{Scratch, Server, free_port};
use crate::{install, run};

/// How many customers the sample utility has: enough for every situation.
const CUSTOMERS: &str = "200";
/// Who signs in during the tests: one who may do everything, and one who may only look.
const USER: &str = "browser";
const AUDITOR: &str = "auditor";
/// A clerk, for what two of the staff do at once.
const CLERK: &str = "clara";
/// A crew for the sample utility, and something for it to do.
const FIELD_WORK: &[&[&str]] = &[
    &["crew", "add", "North", "--skills", "electric,gas,water"],
    &["crew", "hours", "North", "mon-fri 08:00-16:00", "--from", "2026-01-01"],
    &["order", "add", "leak", "--premise", "1", "--about", "A smell at the gate"],
    &["order", "add", "read", "--point", "1"],
    // What customers told and nobody believes at once.
    &["vee", "read", "W-540154", "999999", "--on", "2026-10-30", "--by", "customer"],
    &["vee", "read", "W-540157", "400000", "--on", "2026-10-30", "--by", "customer"],
    &["vee", "read", "W-540158", "400000", "--on", "2026-10-30", "--by", "customer"],
    // Where nobody is served: the next premise after those of the customers.
    &["premise", "add", "--street", "9 Empty Row", "--town", "Cedar Fork", "--region", "XX 00411"],
    &["premise", "point", "197", "electric"],
    &["premise", "point", "197", "water"],
    // What a page of a customer and of a premise warns of.
    &[
        "customer",
        "register",
        "--account",
        "1000-0001-7",
        "--kind",
        "life-support",
        "--name",
        "Oxygen concentrator",
        "--certificate",
        "Dr. Ames",
        "--from",
        "2026-01-01",
    ],
    &["customer", "detail", "1", "bankruptcy", "Chapter 11, case 26-1044", "--from", "2026-10-01"],
    &["premise", "detail", "1", "hazard", "Dog behind the gate", "--from", "2026-01-01"],
    &["premise", "detail", "1", "parcel", "26-10417-003", "--from", "2026-01-01"],
    &["premise", "detail", "197", "parcel", "14-301-220-017", "--from", "2026-01-01"],
    &["premise", "detail", "1", "access", "Ask at the desk", "--from", "2026-01-01"],
    &[
        "premise",
        "landlord",
        "2",
        "electric",
        "--account",
        "1000-0001-7",
        "--tariff",
        "C-1",
        "--from",
        "2026-01-01",
    ],
    &[
        "customer",
        "account-detail",
        "1000-0001-7",
        "summary",
        "1000-0002-5",
        "--from",
        "2026-01-01",
    ],
    // A summary bill waits for one that is held, and one for the turn that is open.
    &[
        "customer",
        "account-detail",
        "1000-0030-6",
        "summary",
        "1000-0031-4",
        "--from",
        "2026-01-01",
    ],
    &[
        "customer",
        "account-detail",
        "1000-0160-1",
        "summary",
        "1000-0161-9",
        "--from",
        "2026-01-01",
    ],
    // Of the bills of two accounts one that sums them up is on its way.
    &["bill", "summary", "1000-0002-5", "--send"],
    &["customer", "account-detail", "1000-0001-7", "delivery", "email", "--from", "2026-01-01"],
    &["customer", "account-detail", "1000-0001-7", "credit", "fair", "--from", "2026-01-01"],
];
/// What may be charged once.
const CHARGES: &str = "\
charge visit  fee revenue    75.00
en     visit  Field visit
es     visit  Visita
charge truck  water revenue  12.50 per kgal
tax    truck  6.25% City sales tax
en     truck  Water sold by the truck
es     truck  Agua vendida en camión
";
/// A collector, who may give up little alone.
const COLLECTOR: &str = "cora";
/// What the sample utility asks of those who owe, from the day after its own rules: by noun. Everybody who
/// owes anything is late, so that every page has something to show.
const CREDIT: &[(&str, &str)] = &[
    ("deposit", "ask residential unknown 150.00\nparts 4 first 20%\ninterest 2026-01-01 1.5%\n"),
    ("late-fee", "fee any 5.00 monthly\ngrace 5 days\nleast 1.00\n"),
    ("plan", "months any 2 3 6\ndebt 1.00 100000.00\nleast 1.00\ngrace 5 days\n"),
    ("budget", "class any\nhistory 12 3\nround 1.00\nvariant yearly\n"),
    (
        "collection",
        "least any 1.00\nstep any reminder 5 days\nstep any write-off 30 days\n\
         step residential call 30 days\nstep any agency 40 days\nmost call 0\nresume 90 days\n",
    ),
    ("small-balance", "credit any below 3.00 after 1 days\nmost 1.00\n"),
    ("unclaimed", "credit any 1 months\ncheck any 1 months\ncode credit UT03\n"),
    (
        "protection",
        "lasts medical 30 days renewals 2 cite 52 Pa. Code 56.114\nlasts infant 12 months\n\
         season any 01-01 12-31 with infant cite MA, LIHEAP Clearinghouse\n",
    ),
];
/// Who paid too much and is given some of it back, and who moved out long ago and never came for theirs, much
/// or little.
const GIVEN_BACK: &[&[&str]] = &[
    &["receipt", "take", "--tender", "check:6000.00:over-1", "--for", "1000-0070-2:6000.00"],
    &[
        "receipt",
        "take",
        "--tender",
        "check:900.00:gone-1",
        "--for",
        "1000-0024-9:900.00",
        "--on",
        "2026-09-01",
    ],
    &[
        "receipt",
        "take",
        "--tender",
        "check:800.00:gone-2",
        "--for",
        "1000-0033-0:800.00",
        "--on",
        "2026-09-01",
    ],
    &[
        "receipt",
        "take",
        "--tender",
        "check:2.14:gone-3",
        "--for",
        "1000-0124-7:2.14",
        "--on",
        "2026-09-01",
    ],
    &[
        "receipt",
        "take",
        "--tender",
        "check:0.37:gone-4",
        "--for",
        "1000-0133-8:0.37",
        "--on",
        "2026-09-01",
    ],
];
/// What is given back of the first one.
const REFUNDS: &[&str] = &["11.00", "12.00", "13.00"];
/// Who brought what was given back, was paid and came back from the bank.
const BOUNCED: &str = "Zed Vale";
/// How many of those who owe agree to have their bills taken.
const MANDATES: usize = 2;
const PASSWORD: &str = "only for this run of the tests";

/// Where the browser's tests are.
pub(crate) fn folder() -> PathBuf {
    run::root().join("browser")
}

/// Makes a sample utility, serves it and runs the tests under browser/ against it.
pub(crate) fn test(program: &Path) -> Result<()> {
    let chromium =
        install::chromium().context("there is no Chromium; `cargo xtask install` gets it")?;
    run::done(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()))?;
    let scratch = Scratch::new("console")?;
    let utility = scratch.0.join("utility");
    let meterbook = || {
        let mut command = Command::new(program);
        command.arg("--dir").arg(&utility);
        command
    };
    run::done(meterbook().args(["demo", "--customers", CUSTOMERS, "--leave-open", "--no-serve"]))?;
    for words in FIELD_WORK {
        run::done(meterbook().args(*words))?;
    }
    let charges = utility.join("charges.txt");
    std::fs::write(&charges, CHARGES)?;
    let kinds = ["bill", "charge-kinds", "--from", "2026-01-01"];
    run::done(meterbook().args(kinds).arg(&charges))?;
    let stale = stale_file(&utility)?;
    run::done(meterbook().arg("import").arg(&stale))?;
    credit(&scratch.0, &meterbook)?;
    given_back(&meterbook)?;
    let_in(&mut meterbook(), COLLECTOR, "collector")?;
    let_in(&mut meterbook(), USER, "administrator")?;
    let_in(&mut meterbook(), AUDITOR, "auditor")?;
    let_in(&mut meterbook(), CLERK, "clerk")?;
    let (port, provider) = (free_port()?, free_port()?);
    let url = format!("http://127.0.0.1:{port}");
    let [link, planned] = online(&scratch.0, &meterbook, (&url, provider))?;
    cut_off(&utility)?;
    let mut serve = meterbook();
    serve.args(["serve", "--port", &port.to_string()]);
    let server = Server::start(&mut serve, port, "-TERM", &scratch.0.join("log"))?;
    let tested = run::done(
        Command::new("npm")
            .arg("test")
            .current_dir(folder())
            .env("METERBOOK_URL", url)
            .env("METERBOOK_LINK", link)
            .env("METERBOOK_PLANNED", planned)
            .env("METERBOOK_PROVIDER", provider.to_string())
            .env("METERBOOK_USER", USER)
            .env("METERBOOK_AUDITOR", AUDITOR)
            .env("METERBOOK_CLERK", CLERK)
            .env("METERBOOK_COLLECTOR", COLLECTOR)
            .env("METERBOOK_PASSWORD", PASSWORD)
            .env("METERBOOK_CHROMIUM", chromium),
    );
    tested.with_context(|| format!("the console printed:\n{}", server.said()))
}

/// Says other rules of credit, asks for what is late, takes the first steps of collections and
/// lets some customers agree to have their bills taken.
fn credit(folder: &Path, meterbook: &dyn Fn() -> Command) -> Result<()> {
    let from = ["--from", "2026-01-02"];
    for (noun, text) in CREDIT {
        let file = folder.join(noun);
        std::fs::write(&file, text)?;
        run::done(meterbook().args(["credit", "rules", noun]).arg(&file).args(from))?;
    }
    for words in [["late-fee", "assess"], ["collect", "run"]] {
        run::done(meterbook().args(words))?;
    }
    let late = run::quietly(meterbook().args(["write-off", "list"]))?;
    for number in late.lines().filter_map(|it| it.split_whitespace().next()).take(MANDATES) {
        let agree = ["debit", "agree", "--scheme", "ppd", "--routing", "231380104"];
        let whose = ["--holder", "Somebody", "--signed", "2026-01-01", "--account", number];
        let mut command = meterbook();
        command.args(agree).args(whose).env("METERBOOK_BANK_NUMBER", "44170926");
        run::done(&mut command)?;
    }
    Ok(())
}

/// Gives money back: some of it waits, and some came back from the bank after it was paid.
fn given_back(meterbook: &dyn Fn() -> Command) -> Result<()> {
    for words in GIVEN_BACK {
        run::done(meterbook().args(*words))?;
    }
    for (nth, amount) in REFUNDS.iter().enumerate() {
        let refund = ["credit", "refund", "--account", "1000-0070-2", "--why", "asked for it"];
        let reference = format!("R-{nth}");
        let mut command = meterbook();
        command.args(refund).args(["--amount", amount, "--reference", &reference]);
        run::done(&mut command)?;
    }
    let held = format!("30.00:{BOUNCED}");
    let take = ["receipt", "take", "--tender", "check:30.00:bad-1", "--suspense", &held];
    let took = run::quietly(meterbook().args(take))?;
    let tender = took.strip_prefix("tender ").and_then(|it| it.split(':').next());
    let tender = tender.context("a tender has a number")?;
    let id = first_of(meterbook().args(["suspense", "list"]))?;
    let back = ["suspense", "refund", &id, "--amount", "30.00", "--why", "asked for it"];
    run::done(meterbook().args(back))?;
    let refund = first_of(meterbook().args(["credit", "waiting"]))?;
    run::done(meterbook().args(["credit", "paid", &refund, "--check", "6999"]))?;
    run::done(meterbook().args(["receipt", "return", tender, "--why", "no money"]))
}

/// The number of what was brought by who is no customer, in a list.
fn first_of(list: &mut Command) -> Result<String> {
    let listed = run::quietly(list)?;
    let line = listed.lines().find(|it| it.contains(BOUNCED)).context("it is listed")?;
    Ok(line.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Lets customers pay online at a provider on loopback, whom the tests are; the links of a bill of which
/// something is owed, and of one of who pays in parts.
fn online(
    folder: &Path,
    meterbook: &dyn Fn() -> Command,
    (console, provider): (&str, u16),
) -> Result<[String; 2]> {
    let secret = folder.join("secret");
    std::fs::write(&secret, "0123456789abcdef0123456789abcdef\n")?;
    let place = secret.display();
    let text = format!(
        "provider stripe\nbase http://127.0.0.1:{provider}\nkey file {place}\n\
         webhook-secret file {place}\nlink-key file {place}\npay-page {console}\n\
         currency USD\nmost 100000.00\namounts any\n"
    );
    let file = folder.join("online");
    std::fs::write(&file, text)?;
    run::done(meterbook().args(["online", "settings", "--from", "2026-01-01"]).arg(&file))?;
    // Of the last who owe: other tests take the debts of the first ones.
    let owing = run::quietly(meterbook().args(["report", "ageing"]))?;
    let owing = owing.lines().filter(|it| it.contains(",residential,"));
    let mut owing = owing.filter_map(|it| it.split(',').next()).rev();
    let mut next = || owing.next().context("somebody owes");
    let (one, other) = (next()?, next()?);
    let agree = ["plan", "agree", "--account", other, "--option", "1", "--why", "by phone"];
    run::done(meterbook().args(agree))?;
    Ok([link(meterbook, one)?, link(meterbook, other)?])
}

/// The link of a bill of an account that is open.
fn link(meterbook: &dyn Fn() -> Command, account: &str) -> Result<String> {
    let open = run::quietly(meterbook().args(["receipt", "open", "--account", account]))?;
    let bill = open.lines().find_map(|it| it.strip_prefix("bill ")).context("a bill is open")?;
    let bill = bill.split_whitespace().next().context("a bill has a number")?;
    let link = run::quietly(meterbook().args(["online", "link", "--bill", bill]))?;
    Ok(link.trim().to_owned())
}

/// What programs leave that are killed while they take the steps of a night and close a day. Both are over in
/// moments here, which nobody hits with a kill; those of the acts are in crates/checks.
const CUT_OFF: &str = "
import sqlite3, sys, time
books = sqlite3.connect(sys.argv[1])
begun = int(time.time() - 600) * 1000000
for kind, said, name in [('review', '', sys.argv[2]), ('close', time.strftime('%Y-%m-%d'), None)]:
    books.execute(
        'insert into under_way (kind, said, staff_id, begun_at, seen_at) '
        'values (?, ?, (select id from staff where name = ?), ?, ?)',
        (kind, said, name, begun, begun + 60000000))
books.commit()
";

/// Leaves the word of what was cut off.
fn cut_off(utility: &Path) -> Result<()> {
    let books = utility.join("meterbook.db");
    run::done(Command::new("python3").args(["-c", CUT_OFF]).arg(books).arg(COLLECTOR))
}

/// A file that says of each register of the first cycle what it said last, for a later day: it is held.
fn stale_file(utility: &Path) -> Result<PathBuf> {
    let packed = utility.join("import/cycle-01-registers.csv.gz");
    let text = run::quietly(Command::new("gzip").arg("-dc").arg(packed))?;
    let mut lines = text.lines();
    let mut stale = format!("{}\n", lines.next().context("the file has a header")?);
    let rows: Vec<Vec<&str>> = lines.map(|it| it.split(',').collect()).collect();
    for (nth, row) in rows.iter().enumerate() {
        // The reads of a meter are in the order of their days.
        if rows.get(nth + 1).is_none_or(|next| next[0] != row[0]) {
            let mut row = row.clone();
            row[1] = "2026-11-28";
            stale += &format!("{}\n", row.join(","));
        }
    }
    let file = utility.join("import/route-1.csv");
    std::fs::write(&file, stale)?;
    Ok(file)
}

/// Gives somebody of the tests a way in; the password goes where nobody can list it.
fn let_in(meterbook: &mut Command, name: &str, role: &str) -> Result<()> {
    let command = meterbook.args(["staff", "add", name, "--role", role]);
    let mut child = command.stdin(Stdio::piped()).spawn().context("staff add cannot be started")?;
    let mut input = child.stdin.take().expect("its input was asked for");
    writeln!(input, "{PASSWORD}").context("staff add did not read the password")?;
    drop(input);
    ensure!(child.wait()?.success(), "staff add refused {name}");
    Ok(())
}
