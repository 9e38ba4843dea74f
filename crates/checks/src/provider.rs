//! A provider of payments on loopback for tests: it speaks as Stripe does about pages where somebody pays,
//! payments and disputes, cuts a connection when it is told to, and remembers all that it was asked. What
//! payments are it may leave to localstripe, from the Python that METERBOOK_STRIPE names.

mod localstripe;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::{Value, json};

pub use self::localstripe::Localstripe;

/// The key that it lets in.
pub const KEY: &str = "sk_test_0urs";

/// The second at which it charges cards: in the morning of 23 March 2026.
pub const CHARGED: i64 = 1_774_260_000;

/// What it does with the next thing that it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It hears it, and the connection is cut before the answer.
    CutHeard,
    /// The connection is cut before it hears anything.
    CutUnheard,
    /// It answers with this status and does nothing.
    Says(u16),
}

/// What the bank of a card makes of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    /// It says no.
    Declines,
    /// It wants the holder to confirm it.
    Asks,
    /// It takes its time.
    Waits,
}

/// What it was asked for: the path, the key that tells it from every other, and the form.
pub type Post = (String, String, Vec<(String, String)>);

/// What it knows.
#[derive(Default)]
struct Books {
    sessions: Vec<Value>,
    payments: Vec<Value>,
    disputes: Vec<Value>,
    posts: Vec<Post>,
    moods: Vec<Mood>,
    banks: Vec<Bank>,
    forgotten: Vec<String>,
    gets: Vec<String>,
    /// Where payments are asked that it does not know.
    behind: Option<u16>,
}

/// A running provider.
pub struct Provider {
    /// Where it listens.
    pub port: u16,
    books: Arc<Mutex<Books>>,
}

impl Provider {
    /// Starts one, which leaves payments to another on loopback where there is one `behind`.
    ///
    /// # Panics
    /// When it does not come up: then the test would say nothing.
    pub fn start(behind: Option<u16>) -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it has one").port();
        let books = Arc::new(Mutex::new(Books { behind, ..Books::default() }));
        let here = books.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let books = here.clone();
                thread::spawn(move || answer(&books, stream));
            }
        });
        Provider { port, books }
    }

    /// What it does with what it is asked for next, in order; after that it is well.
    pub fn will(&self, moods: &[Mood]) {
        self.books().moods = moods.to_vec();
    }

    /// What the banks of cards make of the next charges, in order; after that they pay.
    pub fn banks_say(&self, banks: &[Bank]) {
        self.books().banks = banks.to_vec();
    }

    /// The cards that it was asked to forget, and did.
    pub fn forgotten(&self) -> Vec<String> {
        self.books().forgotten.clone()
    }

    /// All that it was asked for, and not only asked about.
    pub fn posts(&self) -> Vec<Post> {
        self.books().posts.clone()
    }

    /// How often it was asked about something.
    pub fn asked(&self) -> usize {
        self.books().gets.len()
    }

    /// The keys of the attempts that it heard of.
    pub fn keys(&self) -> Vec<String> {
        let key = |it: &Value| it["client_reference_id"].as_str().unwrap_or_default().to_owned();
        self.books().sessions.iter().map(key).collect()
    }

    /// Somebody pays on the page of the last attempt, so much at that second; the name of the payment.
    pub fn pay(&self, cents: i64, currency: &str, at: i64) -> String {
        let mut books = self.books();
        let nth = books.payments.len() + 1;
        let id = format!("pi_{nth}");
        let kept = books.sessions.last().is_some_and(|it| it["keeps"] == "off_session");
        books.payments.push(json!({
            "id": id, "object": "payment_intent", "status": "succeeded",
            "amount": cents, "currency": currency, "created": at,
            "customer": kept.then(|| format!("cus_{nth}")),
            "latest_charge": {
                "amount": cents, "amount_refunded": 0, "currency": currency, "created": at,
                "disputed": false, "object": "charge", "payment_intent": id,
            },
            "payment_method": {
                "id": format!("pm_{nth}"), "billing_details": { "name": "Rosa Quill" },
                "card": { "brand": "visa", "last4": "4242", "exp_year": 2030, "fingerprint": "f00d" },
            },
        }));
        drop(books);
        self.complete(&id);
        id
    }

    /// The page of the last attempt is done with, by a payment of this name.
    pub fn complete(&self, payment: &str) {
        self.last("complete", json!(payment));
    }

    /// Nobody paid on the page of the last attempt in time.
    pub fn expire(&self) {
        self.last("expired", Value::Null);
    }

    /// It knows no page any more.
    pub fn forget(&self) {
        self.books().sessions.clear();
    }

    /// A payment stands so from now on.
    pub fn stands(&self, payment: &str, status: &str) {
        self.of(payment, |it| it["status"] = json!(status));
    }

    /// So much of a payment goes back.
    pub fn refund(&self, payment: &str, cents: i64) {
        self.of(payment, |it| it["latest_charge"]["amount_refunded"] = json!(cents));
    }

    /// A bank asks a payment back, and it stands so.
    pub fn dispute(&self, payment: &str, status: &str) {
        self.of(payment, |it| it["latest_charge"]["disputed"] = json!(true));
        let dispute = json!({ "object": "dispute", "payment_intent": payment, "status": status });
        self.books().disputes.insert(0, dispute);
    }

    /// What it tells by itself of a page or a payment: an event.
    pub fn event(id: &str, kind: &str, object: &Value) -> String {
        json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } })
            .to_string()
    }

    /// The page of the last attempt, as an event is about it.
    ///
    /// # Panics
    /// When there is none.
    pub fn page(&self) -> Value {
        self.books().sessions.last().cloned().expect("a page was asked for")
    }

    fn last(&self, status: &str, payment: Value) {
        if let Some(it) = self.books().sessions.last_mut() {
            it["status"] = json!(status);
            it["url"] = Value::Null;
            it["payment_intent"] = payment;
        }
    }

    fn of(&self, payment: &str, change: impl Fn(&mut Value)) {
        let mut books = self.books();
        books.payments.iter_mut().filter(|it| it["id"] == payment).for_each(change);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears one request on a connection, and answers it or not.
fn answer(books: &Mutex<Books>, stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut body) = (String::new(), Vec::new());
    while !head.ends_with("\r\n\r\n") {
        if !reader.read_line(&mut head).is_ok_and(|it| 0 < it) {
            return;
        }
    }
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|it| it.split_once(": "));
        lines.find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1.to_owned())
    };
    body.resize(field("content-length").and_then(|it| it.parse().ok()).unwrap_or(0), 0);
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.trim_start_matches("/v1/");
    let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
    let said = if field("authorization") != Some(format!("Bearer {KEY}")) {
        Some(wrong(401, "Invalid API Key provided"))
    } else if method == "POST" {
        let key = field("idempotency-key").unwrap_or_default();
        books.post(path, key, &String::from_utf8_lossy(&body))
    } else {
        books.gets.push(target.to_owned());
        Some(books.get(path, &form(query), target))
    };
    if let Some((status, value)) = said {
        let text = value.to_string();
        let head = format!("HTTP/1.1 {status} So\r\ncontent-type: application/json\r\n");
        let length = format!("content-length: {}\r\nconnection: close\r\n\r\n", text.len());
        // Whoever asked may be gone.
        let _ = reader.get_mut().write_all(format!("{head}{length}{text}").as_bytes());
    }
}

type Said = (u16, Value);

fn wrong(status: u16, says: &str) -> Said {
    let kind = if status == 402 { "card_error" } else { "invalid_request_error" };
    (status, json!({ "error": { "type": kind, "message": says } }))
}

impl Books {
    /// What comes of being asked for something; `None` where the connection is cut.
    fn post(&mut self, path: &str, key: String, body: &str) -> Option<Said> {
        let form = form(body);
        let mood = if self.moods.is_empty() { None } else { Some(self.moods.remove(0)) };
        self.posts.push((path.to_owned(), key.clone(), form.clone()));
        match mood {
            Some(Mood::CutUnheard) => return None,
            Some(Mood::Says(status)) => return Some(wrong(status, "Your card is not the point")),
            Some(Mood::CutHeard) | None => {}
        }
        let said = match (path.strip_prefix("checkout/sessions"), self.behind) {
            (Some(""), _) => (200, self.open(&key, &form)),
            (Some(rest), _) => {
                self.expire(rest.trim_start_matches('/').trim_end_matches("/expire"))
            }
            (None, Some(port)) => localstripe::asked(port, "POST", &format!("/v1/{path}"), body),
            (None, None) => match (path, path.strip_prefix("payment_methods/")) {
                ("payment_intents", _) => self.charge(&form),
                (_, Some(rest)) => self.forget(rest.trim_end_matches("/detach")),
                _ => wrong(404, "Unrecognized request URL"),
            },
        };
        (mood.is_none()).then_some(said)
    }

    fn open(&mut self, key: &str, form: &[(String, String)]) -> Value {
        let of = |name: &str| form.iter().find(|it| it.0 == name).map(|it| it.1.clone());
        let known = |it: &&Value| it["client_reference_id"].as_str() == Some(key);
        if let Some(it) = self.sessions.iter().find(known) {
            return it.clone();
        }
        let id = format!("cs_{}", self.sessions.len() + 1);
        self.sessions.push(json!({
            "id": id, "object": "checkout.session", "status": "open", "payment_intent": null,
            "client_reference_id": of("client_reference_id"),
            "keeps": of("payment_intent_data[setup_future_usage]"),
            "amount_total": of("line_items[0][price_data][unit_amount]"),
            "url": format!("https://checkout.example/{id}"),
        }));
        self.sessions.last().cloned().unwrap_or_default()
    }

    /// A card that is kept is charged, while nobody is there.
    fn charge(&mut self, form: &[(String, String)]) -> Said {
        let of = |name: &str| form.iter().find(|it| it.0 == name).map(|it| it.1.clone());
        let key = of("metadata[attempt]").unwrap_or_default();
        if let Some(it) = self.payments.iter().find(|it| it["metadata"]["attempt"] == key) {
            return (200, it.clone());
        }
        let method = of("payment_method").unwrap_or_default();
        let off = of("off_session").as_deref() == Some("true");
        if !off || of("confirm").as_deref() != Some("true") || self.forgotten.contains(&method) {
            return wrong(400, "The payment method is not attached to the customer");
        }
        let bank = if self.banks.is_empty() { None } else { Some(self.banks.remove(0)) };
        let cents: i64 = of("amount").and_then(|it| it.parse().ok()).unwrap_or_default();
        let id = format!("pi_{}", self.payments.len() + 1);
        let status = match bank {
            None => "succeeded",
            Some(Bank::Declines) => "requires_payment_method",
            Some(Bank::Asks) => "requires_action",
            Some(Bank::Waits) => "processing",
        };
        let no = "Your card was declined.";
        let error = (bank == Some(Bank::Declines)).then(|| json!({ "message": no }));
        self.payments.push(json!({
            "id": id, "object": "payment_intent", "status": status, "amount": cents,
            "currency": of("currency"), "created": CHARGED, "customer": of("customer"),
            "metadata": { "attempt": key }, "last_payment_error": error,
            "latest_charge": {
                "amount": cents, "amount_refunded": 0, "currency": of("currency"),
                "created": CHARGED, "disputed": false, "object": "charge", "payment_intent": id,
            },
            "payment_method": { "id": method, "card": { "brand": "visa", "last4": "4242" } },
        }));
        if bank == Some(Bank::Declines) {
            return wrong(402, no);
        }
        (200, self.payments.last().cloned().unwrap_or_default())
    }

    fn forget(&mut self, method: &str) -> Said {
        if self.forgotten.iter().any(|it| it == method) {
            return wrong(400, "The payment method is not attached to a customer");
        }
        self.forgotten.push(method.to_owned());
        (200, json!({ "id": method, "customer": null }))
    }

    fn expire(&mut self, id: &str) -> Said {
        match self.sessions.iter_mut().find(|it| it["id"] == id && it["status"] == "open") {
            Some(it) => {
                it["status"] = json!("expired");
                it["url"] = Value::Null;
                (200, it.clone())
            }
            None => wrong(400, "Only Checkout Sessions with a status of open can be expired"),
        }
    }

    fn get(&self, path: &str, query: &[(String, String)], target: &str) -> Said {
        let of = |name: &str| query.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        let list = |all: Vec<&Value>| (200, json!({ "data": all, "has_more": false }));
        let (noun, id) = path.rsplit_once('/').unwrap_or(("", path));
        match (noun, id) {
            ("checkout", "sessions") => {
                let asked = of("payment_intent");
                let ours = |it: &&Value| asked.is_none_or(|of| it["payment_intent"] == of);
                list(self.sessions.iter().filter(ours).collect())
            }
            ("", "disputes") => {
                let asked = of("payment_intent").unwrap_or_default();
                list(self.disputes.iter().filter(|it| it["payment_intent"] == asked).collect())
            }
            ("", "payment_intents") => {
                let asked = of("customer").unwrap_or_default();
                list(self.payments.iter().filter(|it| it["customer"] == asked).collect())
            }
            ("payment_methods", id) => {
                let known = !self.forgotten.iter().any(|it| it == id);
                (200, json!({ "id": id, "customer": known.then_some("cus") }))
            }
            ("checkout/sessions", id) => found(&self.sessions, id),
            ("payment_intents", id) => match (found(&self.payments, id), self.behind) {
                ((404, _), Some(port)) => localstripe::asked(port, "GET", target, ""),
                (said, _) => said,
            },
            _ => wrong(404, "Unrecognized request URL"),
        }
    }
}

fn found(all: &[Value], id: &str) -> Said {
    let it = all.iter().find(|it| it["id"] == id);
    it.map_or_else(|| wrong(404, "No such thing"), |it| (200, it.clone()))
}

fn form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|it| it.split_once('='));
    pairs.map(|(name, value)| (plain(name), plain(value))).collect()
}

fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        let coded = (byte == b'%').then(|| {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            u8::from_str_radix(&digits, 16).unwrap_or(b'?')
        });
        bytes.push(coded.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
