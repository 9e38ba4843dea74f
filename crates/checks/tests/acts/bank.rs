//! Statements of banks: what was expected is known again, what customers transferred is posted once, and
//! what nobody knows or expected waits.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;

use anyhow::Result;
use jiff::civil::date;
use meterbook_app::bank::settle::{self, Is};
use meterbook_app::bank::{self, Took};
use meterbook_app::drawer;
use meterbook_app::lockbox::{self as cheques, NewLockbox};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_checks::engines;
use meterbook_core::debit::Format;
use meterbook_core::id::{AccountId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::debit::{make, owes, sound, town, wanted};
use crate::debit_returned::at;
use crate::lockbox;
use crate::village::{actor, says};

/// A credit: its type, its cents, the bank's reference, and what it says.
type Said<'a> = (&'a str, i64, &'a str, &'a str);

fn bai2(day: &str, said: &[Said]) -> String {
    let sum: i64 = said.iter().map(|it| it.1).sum();
    let mut text = format!(
        "01,122099999,123456789,{day},0200,1,80,1,2/\n02,031001234,122099999,1,{day},2359,USD,2/\n\
         03,1000017,USD,010,500000,,/\n"
    );
    for (kind, cents, reference, words) in said {
        writeln!(text, "16,{kind},{cents},0,{reference},,{words}").unwrap();
    }
    let total = sum + 500_000;
    let rows = said.len();
    writeln!(
        text,
        "49,{total},{}/\n98,{total},1,{}/\n99,{total},1,{}/",
        rows + 2,
        rows + 4,
        rows + 6
    )
    .unwrap();
    text
}

fn take(db: &Db, text: &str) -> Result<Took> {
    db.write(|tx| bank::take(tx, at("2026-03-14"), ("statement", text.as_bytes())))
}

/// How each credit ended: as which deposit, as a tender, or open.
fn ends(took: &Took) -> Vec<String> {
    let said = |it: &store::bank::Credit| match (&it.deposit, it.tender) {
        (Some(deposit), _) => deposit.clone(),
        (None, Some(_)) => "tender".to_owned(),
        (None, None) => "open".to_owned(),
    };
    took.credits.iter().map(said).collect()
}

fn number(db: &Db, id: i64) -> String {
    db.read(|tx| store::account::get(tx, AccountId(id))).unwrap().number.to_string()
}

/// A lockbox of 5.00 that is nobody's, and a file of debits of 13.32.
fn expecting(db: &Db) {
    let text = lockbox::file(1, "260309", &[(5_00, 106, String::new())]);
    let (name, total) = ("lockbox", Money::from_cents(5_00));
    let new = NewLockbox { name, bytes: text.as_bytes(), count: 1, total };
    db.write(|tx| cheques::take(tx, actor(), &new)).unwrap();
    make(db, &wanted(Format::Nacha, 1_332)).unwrap();
}

#[test]
fn what_was_expected_is_known_again_and_the_rest_is_posted_once() {
    engines::each(|db, folder| {
        town(db, folder);
        expecting(db);
        let (three, four) = (number(db, 3), number(db, 4));
        let credits: [Said; 6] = [
            ("115", 5_00, "LB1", "LOCKBOX 0012345"),
            ("166", 1_332, "ACH1", "ACH SETTLEMENT"),
            ("195", 1_332, "W1", &format!("WIRE FROM A QUILL {three}")),
            ("142", 17_00, "A2", "WHO KNOWS"),
            ("301", 9_99, "D1", "DEPOSIT"),
            ("142", 1_00, "A3", &format!("{three} AND {four}")),
        ];
        let text = bai2("260312", &credits);
        let unmatched = || db.read(|tx| bank::unmatched(tx, date(2026, 3, 14))).unwrap();
        assert_eq!(unmatched().expected.len(), 2);
        let took = take(db, &text).unwrap();
        let expected =
            ["lockbox/0012345/2026-03-09", "debits/1", "tender", "tender", "open", "tender"];
        assert_eq!((ends(&took), took.already), (expected.map(str::to_owned).to_vec(), 0));
        assert_eq!(owes(db)[2..], [0, 17_76]);
        let held = db.read(store::suspense::open).unwrap();
        let held: Vec<_> = held.iter().map(|it| (it.amount.cents(), it.on)).collect();
        let day = date(2026, 3, 12);
        assert_eq!(held, [(5_00, date(2026, 3, 9)), (17_00, day), (1_00, day)]);
        let found = unmatched();
        let came = found.came;
        assert_eq!((came.len(), came[0].amount.cents(), found.expected.len()), (1, 9_99, 0));
        sound(db);

        // The same file, what is in it in another one, and a part of it.
        assert!(says(&take(db, &text).unwrap_err()).starts_with("that is statement 1 already"));
        for other in [bai2("260312", &credits[1..]), text.replace("0200,1,80", "0300,2,80")] {
            let why = take(db, &other).unwrap_err();
            assert!(says(&why).starts_with("nothing came in by it"), "{why}");
        }
        assert!(
            says(&take(db, &text[..text.len().div_euclid(2)]).unwrap_err())
                .contains("ask the bank")
        );
        // One byte changed anywhere posts nothing again.
        let posted = |db: &Db| db.read(store::payment::count).unwrap();
        let before = (posted(db), db.read(store::suspense::open).unwrap().len());
        for at in (0..text.len()).step_by(5) {
            let mut bytes = text.clone().into_bytes();
            if matches!(bytes[at], b'\n' | b',' | b'/') {
                continue;
            }
            bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
            let other = String::from_utf8(bytes).unwrap();
            drop(db.write(|tx| {
                tx.trial(|tx| {
                    let took = bank::take(tx, at_noon(), ("x", other.as_bytes()))?;
                    assert!(
                        took.credits.iter().all(|it| it.tender.is_none()),
                        "byte {at}: {took:?}"
                    );
                    Ok(took)
                })
            }));
        }
        assert_eq!((posted(db), db.read(store::suspense::open).unwrap().len()), before);
        // What is new is posted alone.
        let more = bai2("260312", &[credits[2], ("195", 1_332, "W2", &three)]);
        let took = take(db, &more).unwrap();
        assert_eq!((ends(&took), took.already), (vec!["tender".to_owned()], 1));
        assert_eq!(owes(db)[2], -1_332);
        sound(db);
    });
}

fn at_noon() -> meterbook_app::Actor {
    at("2026-03-14")
}

#[test]
fn ten_at_once_take_a_statement_once() {
    engines::each(|db, folder| {
        town(db, folder);
        let text = bai2("260312", &[("195", 1_332, "W1", &number(db, 3))]);
        let done = std::thread::scope(|all| {
            let threads: Vec<_> = (0..10).map(|_| all.spawn(|| take(db, &text).is_ok())).collect();
            threads.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
        });
        assert_eq!((done, owes(db)[2]), (1, 0));
        sound(db);
    });
}

#[test]
fn a_statement_of_sepa_is_taken_as_one_of_the_united_states() {
    let entry = |amount: &str, details: &str| {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><Dt>2026-03-12</Dt></BookgDt><AcctSvcrRef>R{amount}</AcctSvcrRef>\
             <NtryDtls>{details}</NtryDtls></Ntry>"
        )
    };
    let part = |amount: &str, words: &str| {
        format!(
            "<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>"
        )
    };
    let message = |root: &str, part: &str, entries: &str| {
        format!(
            "<Document><{root}><GrpHdr><MsgId>1</MsgId></GrpHdr><{part}><Id>1</Id><Acct><Id>\
             <IBAN>DE89370400440532013000</IBAN></Id></Acct>{entries}</{part}></{root}></Document>"
        )
    };
    engines::each(|db, folder| {
        town(db, folder);
        let alone = message("BkToCstmrStmt", "Stmt", &entry("17.76", ""));
        let why = take(db, &alone).unwrap_err();
        let says_so = "it is in EUR and the bills of this utility are in USD; nothing was posted";
        assert!(says(&why).starts_with(says_so), "{why}");
        crate::debit::euros(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        let both = part("4.44", &number(db, 1)) + &part("8.88", &number(db, 2));
        let entries = entry("17.76", "") + &entry("13.32", &both);
        let took = take(db, &message("BkToCstmrStmt", "Stmt", &entries)).unwrap();
        assert_eq!(ends(&took), ["debits/1", "tender", "tender"]);
        assert_eq!(owes(db), [0, 0, 1_332, 0]);
        // The notification says it again.
        let again = take(db, &message("BkToCstmrDbtCdtNtfctn", "Ntfctn", &entries)).unwrap_err();
        assert!(says(&again).starts_with("nothing came in by it"), "{again}");
        // The same statement with one digit of an amount changed.
        let entries = entries.replace("17.76</Amt><Cdt", "17.77</Amt><Cdt");
        let odd = take(db, &message("BkToCstmrStmt", "Stmt", &entries)).unwrap();
        assert_eq!((ends(&odd), odd.already), (vec!["open".to_owned()], 1));
        assert_eq!(odd.perhaps.values().next().unwrap().was, Some(Money::from_cents(17_76)));
        let other = take(db, "account,amount\n").unwrap_err();
        assert!(says(&other).starts_with("this is no statement"), "{other}");
        sound(db);
    });
}

#[test]
fn an_account_is_found_in_any_line_that_a_payer_or_the_bank_wrote() {
    let entry = |amount: &str, more: &str| {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><Dt>2026-03-12</Dt></BookgDt>{more}</Ntry>"
        )
    };
    engines::each(|db, folder| {
        town(db, folder);
        crate::debit::euros(db);
        let (three, four) = (number(db, 3), number(db, 4));
        let lines = format!("<Ustrd>Account {three}</Ustrd><Ustrd>and thanks</Ustrd>");
        let paid = format!(
            "<NtryDtls><TxDtls><RmtInf>{lines}</RmtInf></TxDtls></NtryDtls>\
             <AddtlNtryInf>transfer {four}</AddtlNtryInf>"
        );
        let whole = format!("<AddtlNtryInf>transfer {four}</AddtlNtryInf>");
        let entries = entry("13.32", &paid) + &entry("1.00", &whole);
        let text = format!(
            "<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN>\
             </Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
        );
        let before = owes(db);
        assert_eq!(ends(&take(db, &text).unwrap()), ["tender", "tender"]);
        assert_eq!(owes(db)[2], before[2] - 1_332);
        assert_eq!(db.read(store::suspense::open).unwrap(), []);
        sound(db);
    });
}

#[test]
fn what_was_voided_of_a_file_is_not_expected() {
    engines::each(|db, folder| {
        town(db, folder);
        let text = format!(
            "account,amount,tender,reference\n{},10.00,check,1\n{},20.00,check,2\n1,5.00,check,3\n",
            number(db, 3),
            number(db, 4)
        );
        let (sums, on) = ((3, Money::from_cents(35_00)), date(2026, 3, 14));
        let new = db.read(|tx| drawer::batch_of(tx, ("list", text.as_bytes()), sums, on)).unwrap();
        db.write(|tx| drawer::post_batch(tx, at("2026-03-14"), &new)).unwrap();
        let of = |key: &str| {
            let all = db.read(store::bank::expected).unwrap();
            let it = all.into_iter().find(|it| it.key == key);
            it.map(|it| (it.amount.cents(), it.voided.cents()))
        };
        assert_eq!(of("batch/1"), Some((35_00, 0)));
        // Whose it is does not change what is taken to the bank; that it never came does.
        let tenders = ["1", "2", "3"].map(|it| tender(db, it));
        let payment = db.read(|tx| store::receipt::standing(tx, tenders[0])).unwrap().remove(0);
        let whose = AccountId(1);
        let moved =
            db.write(|tx| receipt::move_payment(tx, at("2026-03-14"), payment.id, whose, "theirs"));
        moved.unwrap();
        assert_eq!(of("batch/1"), Some((35_00, 0)));
        db.write(|tx| receipt::void(tx, at("2026-03-14"), tenders[1], "no such check")).unwrap();
        assert_eq!(of("batch/1"), Some((15_00, 20_00)));
        db.write(|tx| receipt::void(tx, at("2026-03-14"), tenders[2], "no such check")).unwrap();
        assert_eq!(of("batch/1"), Some((10_00, 25_00)));
        // What a bank returns was taken there.
        db.write(|tx| receipt::give_back(tx, at("2026-03-14"), tenders[0], on, "NSF")).unwrap();
        assert_eq!(of("batch/1"), Some((10_00, 25_00)));
        let took = take(db, &bai2("260314", &[("301", 10_00, "D1", "DEPOSIT")])).unwrap();
        assert_eq!(ends(&took), ["batch/1"]);
        sound(db);
    });
}

/// The tender with a reference.
fn tender(db: &Db, reference: &str) -> TenderId {
    let is = |tx: &mut store::Tx, id| {
        let it = store::receipt::get(tx, id)?;
        Ok(it.is_some_and(|it| it.tender.reference == reference))
    };
    let found = (1..50).map(TenderId).find(|id| db.read(|tx| is(tx, *id)).unwrap());
    found.unwrap()
}

#[test]
fn a_person_says_once_what_came_in_and_was_not_expected() {
    engines::each(|db, folder| {
        town(db, folder);
        let four = number(db, 4);
        expecting(db);
        // Six deposits of ours that nobody expected, and a wire that is taken by hand too.
        let credits: [Said; 7] = [
            ("301", 17_76, "D1", "DEPOSIT"),
            ("301", 2_00, "D2", ""),
            ("301", 3_00, "D3", "INTEREST"),
            ("301", 1_832, "D4", "BOTH"),
            ("301", 4_00, "D5", "TAKEN"),
            ("301", 9_00, "D6", "DEPOSIT"),
            ("195", 1_11, "W1", &four),
        ];
        let took = take(db, &bai2("260312", &credits)).unwrap();
        let keys: Vec<String> = took.credits.iter().map(|it| it.key.clone()).collect();
        let wire = took.credits[6].tender.unwrap();
        let say = |nth: usize, is: Is| {
            db.write(|tx| settle::settle(tx, at("2026-03-14"), &keys[nth], &is, "looked at"))
        };
        let open = || db.read(store::bank::open).unwrap().len();
        assert_eq!(open(), 6);
        say(0, Is::Payment(AccountId(4))).unwrap();
        assert_eq!(owes(db)[3], -1_11);
        say(1, Is::Held).unwrap();
        say(2, Is::Ours).unwrap();
        let held = db.read(store::suspense::open).unwrap();
        assert_eq!(held.iter().map(|it| it.amount.cents()).collect::<Vec<_>>(), [5_00, 2_00]);
        let both = || vec!["lockbox/0012345/2026-03-09".to_owned(), "debits/1".to_owned()];
        say(3, Is::Deposits(both())).unwrap();
        assert!(db.read(store::bank::expected).unwrap().iter().all(|it| it.seen));
        sound(db);

        let new = NewReceipt {
            on: date(2026, 3, 12),
            tenders: vec![NewTender {
                kind: Tender::Bank,
                amount: Money::from_cents(4_00),
                reference: "by hand".to_owned(),
            }],
            shares: vec![Share {
                to: For::Account { account: AccountId(1), bill: None },
                amount: Money::from_cents(4_00),
            }],
        };
        let taken = db.write(|tx| receipt::take(tx, at("2026-03-14"), &new)).unwrap().tenders;
        let taken = taken[0].id;
        for (nth, is, why) in [
            (
                0,
                Is::Ours,
                format!("nothing that came in as {} is open; see: meterbook receipt unmatched", keys[0]),
            ),
            (
                4,
                Is::Deposits(both()),
                "no deposit lockbox/0012345/2026-03-09 is expected; see: meterbook receipt unmatched"
                    .to_owned(),
            ),
            (
                5,
                Is::Taken(taken),
                "$9.00 came in, and what it is said to be comes to $4.00".to_owned(),
            ),
            (
                5,
                Is::Taken(TenderId(999)),
                "tender 999 is no transfer from a bank; look at the number again".to_owned(),
            ),
        ] {
            assert_eq!(says(&say(nth, is).unwrap_err()), why);
        }
        say(4, Is::Taken(taken)).unwrap();
        assert_eq!(open(), 1);
        let more = bai2("260313", &[("301", 1_11, "D7", ""), ("301", 4_00, "D8", "")]);
        let more = take(db, &more).unwrap();
        for (of, tender) in [(0, wire), (1, taken)] {
            let is = Is::Taken(tender);
            let again = db
                .write(|tx| settle::settle(tx, at("2026-03-14"), &more.credits[of].key, &is, "x"));
            assert!(says(&again.unwrap_err()).starts_with("it is another credit"), "{of}");
        }
        sound(db);
    });
}

#[test]
fn a_statement_of_another_currency_posts_nothing() {
    engines::each(|db, folder| {
        town(db, folder);
        let text = bai2("260312", &[("195", 1_332, "W1", &number(db, 3))]);
        let says_so = "it is in CAD and the bills of this utility are in USD; nothing was posted";
        // Of the group, or of the account alone.
        for other in [text.replace("USD", "CAD"), text.replace("1000017,USD", "1000017,CAD")] {
            let why = take(db, &other).unwrap_err();
            assert!(says(&why).starts_with(says_so), "{why}");
        }
        assert_eq!(owes(db)[2], 1_332);
        // Where nothing is said it is in dollars.
        take(db, &text.replace("1000017,USD", "1000017,").replace("2359,USD", "2359,")).unwrap();
        assert_eq!(owes(db)[2], 0);
        sound(db);
    });
}

#[test]
fn what_a_bank_tells_again_on_another_day_waits_for_a_person() {
    engines::each(|db, folder| {
        town(db, folder);
        let (three, four) = (number(db, 3), number(db, 4));
        let wire = |cents| ("195", cents, "W1", three.as_str());
        let by_words = ("142", 2_00, "", four.as_str());
        let first = take(db, &bai2("260306", &[wire(1_000), by_words])).unwrap();
        assert_eq!(ends(&first), ["tender", "tender"]);
        // The next statement repeats it under its own day, with what is new.
        let new = ("195", 1_000, "W2", three.as_str());
        let again = take(db, &bai2("260310", &[wire(1_000), wire(1_001), new, by_words])).unwrap();
        // A reference is of one transfer, whatever day and amount it is told with.
        assert_eq!(ends(&again), ["open", "open", "tender", "open"]);
        let same: Vec<_> = again.perhaps.values().map(|it| (it.key.as_str(), it.was)).collect();
        let (w1, ten) = ("1000017/2026-03-06/1000/W1", Money::from_cents(10_00));
        let two = format!("1000017/2026-03-06/200/{four}");
        assert_eq!(same, [(w1, None), (w1, Some(ten)), (two.as_str(), None)]);
        let found = db.read(|tx| bank::unmatched(tx, date(2026, 3, 14))).unwrap();
        assert_eq!((found.came.len(), found.perhaps), (3, again.perhaps.clone()));
        // It was the same; what came a week apart is not.
        let key = again.credits[0].key.clone();
        db.write(|tx| settle::settle(tx, at("2026-03-14"), &key, &Is::Ours, "told twice")).unwrap();
        let within = take(db, &bai2("260313", &[by_words])).unwrap();
        assert_eq!(ends(&within), ["open"]);
        let week = take(db, &bai2("260227", &[wire(1_000)])).unwrap();
        assert_eq!((ends(&week), week.perhaps.len()), (vec!["tender".to_owned()], 0));
        sound(db);
    });
}

#[test]
fn what_a_bank_tells_again_as_another_amount_waits_for_a_person() {
    engines::each(|db, folder| {
        town(db, folder);
        let (three, four) = (number(db, 3), number(db, 4));
        let wire = |cents| ("195", cents, "W1", three.as_str());
        let by_words = |cents| ("142", cents, "", four.as_str());
        let first = take(db, &bai2("260312", &[wire(1_000), by_words(2_00)])).unwrap();
        assert_eq!(ends(&first), ["tender", "tender"]);
        // One digit of the amount is another, by a reference and by words alone.
        let again = take(db, &bai2("260312", &[wire(1_001), by_words(2_01)])).unwrap();
        assert_eq!(ends(&again), ["open", "open"]);
        let was: Vec<_> = again.perhaps.values().map(|it| it.was.unwrap().cents()).collect();
        assert_eq!((was, owes(db)[2]), (vec![1_000, 2_00], 332));
        let found = db.read(|tx| bank::unmatched(tx, date(2026, 3, 14))).unwrap();
        assert_eq!(found.perhaps, again.perhaps);
        // A bank that lists both means two; and the same words on another day are another payment.
        let both = take(db, &bai2("260312", &[wire(1_000), wire(1_001), wire(1_002)])).unwrap();
        assert_eq!((ends(&both), both.already), (vec!["tender".to_owned()], 2));
        let other = take(db, &bai2("260313", &[by_words(2_02), ("195", 1_003, "W9", &three)]));
        assert_eq!(ends(&other.unwrap()), ["tender", "tender"]);
        sound(db);
    });
}

#[test]
fn what_came_back_is_matched_with_what_it_returns_once() {
    engines::each(|db, folder| {
        town(db, folder);
        let three = number(db, 3);
        let check = |reference: &str, cents| NewReceipt {
            on: date(2026, 3, 10),
            tenders: vec![NewTender {
                kind: Tender::Check,
                amount: Money::from_cents(cents),
                reference: reference.to_owned(),
            }],
            shares: vec![Share {
                to: For::Account { account: AccountId(3), bill: None },
                amount: Money::from_cents(cents),
            }],
        };
        let take_in = |new: &NewReceipt| {
            db.write(|tx| receipt::take(tx, at("2026-03-10"), new)).unwrap().tenders[0].id
        };
        let (bounced, other) = (take_in(&check("333", 10_00)), take_in(&check("334", 332)));
        assert_eq!(owes(db)[2], 0);
        let said = [
            ("195", 1_00, "W1", three.as_str()),
            ("555", 10_00, "RET333", "DEPOSITED ITEM RETURNED CHECK 333"),
            ("557", 5_00, "RET9", "ACH RETURN"),
            ("698", 1_50, "FEE", "BANK FEE"),
            ("475", 20_00, "7001", "CHECK PAID"),
            // What we sent and comes back is nobody's payment.
            ("257", 4_00, "OURS", three.as_str()),
        ];
        let took = take(db, &bai2("260312", &said)).unwrap();
        assert_eq!(ends(&took), ["tender", "open"]);
        assert_eq!(took.passed, (2, Money::from_cents(21_50)));
        let back: Vec<i64> = took.returned.iter().map(|it| it.amount.cents()).collect();
        assert_eq!((back, owes(db)[2]), (vec![10_00, 5_00], -1_00));
        let may_be = db.read(|tx| store::bank::may_be_back(tx, &took.returned[0], 120)).unwrap();
        assert_eq!(may_be.iter().map(|it| it.id).collect::<Vec<_>>(), [bounced]);
        // The same in another statement is not new.
        let again = take(db, &bai2("260312", &said[1..3])).unwrap_err();
        assert!(says(&again).starts_with("nothing came in by it"), "{again}");

        let keys: Vec<String> = took.returned.iter().map(|it| it.key.clone()).collect();
        let say = |key: &str, is: Is| {
            db.write(|tx| settle::settle(tx, at("2026-03-14"), key, &is, "looked at"))
        };
        for (is, why) in [
            (Is::Returned(TenderId(999)), "there is no tender 999"),
            (Is::Returned(other), "$10.00 came back, and tender "),
            (Is::Held, "the bank took money back by it"),
        ] {
            let found = say(&keys[0], is).unwrap_err();
            assert!(says(&found).starts_with(why), "{found}");
        }
        let came_in = say(&took.credits[1].key, Is::Returned(bounced)).unwrap_err();
        assert!(says(&came_in).starts_with("money came in by it"), "{came_in}");
        say(&keys[0], Is::Returned(bounced)).unwrap();
        say(&keys[1], Is::Ours).unwrap();
        assert_eq!(owes(db)[2], 9_00);
        let twice = say(&keys[0], Is::Ours).unwrap_err();
        assert!(says(&twice).starts_with("nothing that came in as back/"), "{twice}");
        // What was taken back by hand before is only marked.
        db.write(|tx| receipt::give_back(tx, at("2026-03-14"), other, date(2026, 3, 13), "nsf"))
            .unwrap();
        let took = take(db, &bai2("260313", &[("555", 332, "RET334", "")])).unwrap();
        say(&took.returned[0].key, Is::Returned(other)).unwrap();
        assert_eq!(owes(db)[2], 1_232);
        let found = db.read(|tx| bank::unmatched(tx, date(2026, 3, 14))).unwrap();
        assert!(found.returned.is_empty());
        sound(db);
    });
}

#[test]
fn a_number_that_is_said_with_blanks_is_read() {
    engines::each(|db, folder| {
        town(db, folder);
        let blanks = number(db, 3).replace('-', " ");
        let both = format!("{blanks} AND {}", number(db, 4).replace('-', " "));
        let said = [("195", 1_332, "W1", blanks.as_str()), ("142", 1_00, "A3", both.as_str())];
        take(db, &bai2("260312", &said)).unwrap();
        assert_eq!(owes(db)[2], 0);
        let held = db.read(store::suspense::open).unwrap();
        let found = db.read(|tx| meterbook_app::suspense::candidates(tx, &held[0])).unwrap();
        let found: Vec<_> = found.iter().map(|it| (it.account.id.0, it.why[0])).collect();
        let number = meterbook_app::suspense::Clue::Number;
        assert_eq!(found, [(3, number), (4, number)]);
        sound(db);
    });
}

#[test]
fn a_transaction_with_a_sign_went_the_other_way_and_waits_for_a_person() {
    engines::each(|db, folder| {
        town(db, folder);
        let back = format!("REVERSED {}", number(db, 3));
        let credits: [Said; 3] =
            [("195", -5_00, "W1", &back), ("475", -3_00, "C1", "CHECK"), ("142", 2_00, "A1", "X")];
        let took = take(db, &bai2("260312", &credits)).unwrap();
        assert_eq!(ends(&took), ["open", "tender"]);
        let back: Vec<i64> = took.returned.iter().map(|it| it.amount.cents()).collect();
        assert_eq!((back, took.passed.0), (vec![5_00], 0));
        sound(db);
    });
}
