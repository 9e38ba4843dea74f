//! A utility in euros as its people see it, on both engines: the answers of the command line, the pages of the
//! console in both languages, and the page of a bill's link. None of them has another sign.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use meterbook_checks::program::{Program, Sample, killed};

/// A password that nobody tries first.
const PASSWORD: &str = "seven lamps in the yard";
const ACCOUNT: &str = "1000-0001-7";
/// Pages that whoever takes payments and bills sees, whatever is on them.
const PAGES: &[&str] = &[
    "/",
    "/accounts/1000-0001-7",
    "/accounts/1000-0001-7/payment",
    "/accounts/1000-0001-7/timeline",
    "/accounts/1000-0001-7/credit",
    "/accounts/1000-0001-7/once",
    "/cycles",
    "/cycles/1",
    "/holds",
    "/tasks",
    "/money",
    "/drawer",
    "/suspense",
    "/collections",
    "/refunds",
    "/write-offs",
    "/close",
    "/online",
    "/debits",
    "/entries/1",
    "/reports/balances?on=2026-12-31",
    "/accounts/1000-0009-9",
];

fn file(utility: &Program, name: &str, text: &str) -> String {
    fs::create_dir_all(&utility.folder).unwrap();
    let file = utility.folder.join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// One customer with a bill of 100 kWh at 12 cents, of which 2.34 was paid; the bill's number.
fn billed(utility: &Program) -> String {
    let mut init = vec!["init", "--name", "Alder Creek Light", "--zone", "Europe/Dublin"];
    init.extend(["--phone", "555-0100", "--site", "aldercreek.example", "--remit-to", "PO Box 7"]);
    utility.done(&[&init[..], &["--currency", "EUR"]].concat());
    let tariff = file(
        utility,
        "r-1.tariff",
        "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
         from       2026-01-01\n\nvolume  Energy            0.12\n",
    );
    utility.done(&["tariff", "publish", &tariff]);
    utility.done(&["cycle", "plan", "--cycle", "1", "--from", "2026-02-01", "--months", "1"]);
    let mut customer = vec!["sign-up", "--name", "Rosa Quill", "--street", "12 Mill St"];
    customer.extend(["--town", "Alder Creek", "--region", "IL 60000", "--from", "2026-02-01"]);
    customer.extend(["--cycle", "1", "--service", "electric:R-1:E-1:5kwh"]);
    utility.done(&customer);
    let reads = "meter,date,index\nE-1,2026-02-01,100\nE-1,2026-03-01,200\n";
    utility.done(&["import", &file(utility, "reads.csv", reads)]);
    let said = utility.done(&["bill", "run", "--next", "--as-planned", "the past"]);
    assert!(said.contains("€12.00") && !said.contains('$'), "{said}");
    let pay = ["pay", "--account", ACCOUNT, "--tender", "check", "--amount", "2.34"];
    let said = utility.done(&[&pay[..], &["--reference", "1471"]].concat());
    assert!(said.contains("€2.34 posted") && said.contains("€9.66"), "{said}");
    utility.column("select number from bill").remove(0)
}

/// What the command line answers, and what it refuses.
fn answers(utility: &Program, bill: &str) {
    for (words, part) in [
        (&["bill", "show", bill][..], "€12.00"),
        (&["bill", "explain", bill], "100 kWh x €0.12 per kWh"),
        (&["bill", "explain", bill, "--language", "es"], "€0.12 por kWh"),
        (&["ledger", "bill", bill], "€12.00"),
        (&["timeline", ACCOUNT], "€2.34"),
        (&["audit", "show"], "1 bill for €12.00"),
    ] {
        let said = utility.done(words);
        assert!(said.contains(part) && !said.contains('$'), "{words:?}: {said}");
    }
    let too_much = ["credit", "refund", "--account", ACCOUNT, "--amount", "5.00"];
    let refused = utility.ended(&[&too_much[..], &["--reference", "1", "--why", "x"]].concat());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains('€') && !said.contains('$'), "{said}");
}

/// The console of a utility, which ends with this.
struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        killed(&mut self.child);
    }
}

impl Served {
    fn begun(utility: &Program) -> Served {
        let mut serve = utility.command(&["serve", "--port", "0"]);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        // What it says later is read too, so that it never waits for somebody to listen.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        let address = line.split("http://").nth(1).and_then(|it| it.split('/').next());
        Served { child, address: address.unwrap().to_owned() }
    }

    /// The head and the body of an answer.
    fn asked(&self, what: &str, cookie: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let kind = "application/x-www-form-urlencoded";
        let long = body.len();
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\
             Content-Type: {kind}\r\nContent-Length: {long}\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }

    /// A page that is there, and whole.
    fn page(&self, path: &str, cookie: &str, status: &str) -> String {
        let (head, body) = self.asked(&format!("GET {path}"), cookie, "");
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{path}: {head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{path}: {head}");
        assert!(body.trim_end().ends_with("</html>"), "{path}: {body}");
        assert!(!body.contains('$'), "{path}: {body}");
        body
    }
}

fn looked_at(utility: &Program, bill: &str) {
    let password = format!("{PASSWORD}\n");
    let mut add = utility.command(&["staff", "add", "ann", "--role", "administrator"]);
    let mut add = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    add.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    assert!(add.wait().unwrap().success());
    let keys = file(utility, "links.key", "0123456789abcdef0123456789abcdef\n");
    let settings = |currency: &str| {
        let text = format!(
            "provider stripe\nkey env K\nwebhook-secret env W\nlink-key file {keys}\n\
             pay-page http://127.0.0.1:1\ncurrency {currency}\nmost 500.00\ndays 366\n"
        );
        file(utility, "online.txt", &text)
    };
    let say = |text: &str| utility.ended(&["online", "settings", text, "--from", "2026-01-01"]);
    assert_eq!(say(&settings("USD")).status.code(), Some(2));
    assert!(say(&settings("EUR")).status.success());
    let link = utility.done(&["online", "link", "--bill", bill]);
    let link = format!("/pay/{}", link.trim().rsplit('/').next().unwrap());

    let served = Served::begun(utility);
    let form = format!("name=ann&password={}", PASSWORD.replace(' ', "+"));
    let (head, _) = served.asked("POST /sign-in", "", &form);
    let session = head.split("set-cookie: ").nth(1).and_then(|it| it.split(';').next()).unwrap();
    for language in ["en", "es"] {
        let cookie = format!("{session}; meterbook_language={language}");
        let mut euros = 0;
        for path in PAGES {
            // An account that is not there is said on a page too.
            let status = if path.ends_with("-9") { "404" } else { "200" };
            euros += served.page(path, &cookie, status).matches('€').count();
        }
        assert!(50 < euros, "{euros}");
        let account = served.page("/accounts/1000-0001-7", &cookie, "200");
        assert!(account.contains("€9.66") && account.contains("−€2.34"), "{account}");
        let shown = served.page(&format!("/bills/{bill}"), &cookie, "200");
        assert!(shown.contains("€12.00") && shown.contains("€0.12"), "{shown}");
        let paid = served.page(&link, &format!("meterbook_language={language}"), "200");
        assert!(paid.contains("€9.66"), "{paid}");
    }
}

fn read(sample: &Sample) {
    let bill = billed(&sample.program);
    answers(&sample.program, &bill);
    looked_at(&sample.program, &bill);
}

#[test]
fn a_utility_in_euros_is_read_in_euros_in_a_file() {
    if let Some(sample) = Sample::in_a_file() {
        read(&sample);
    }
}

#[test]
fn a_utility_in_euros_is_read_in_euros_on_a_server() {
    if let Some(sample) = Sample::on_postgres("currency") {
        read(&sample);
    }
}
