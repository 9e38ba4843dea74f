//! SEPA: debits that are written read back, and what banks say of them.

use jiff::civil::date;
use meterbook_core::bank::{Bic, CreditorId, Iban};
use meterbook_core::money::Money;
use meterbook_formats::payments::sepa::{
    Amended, Creditor, Instrument, Message, NewCollection, NewDebit, NotWritten, Remittance,
    Sequence, Version, read_debits, read_statements, read_statuses, reason_words, write,
};
use meterbook_formats::payments::{Faults, Kind};

pub(super) fn debit(id: &str, cents: i64) -> NewDebit {
    NewDebit {
        end_to_end: id.to_owned(),
        amount: Money::from_cents(cents),
        mandate: "M-100017".to_owned(),
        signed: date(2025, 3, 1),
        amended: None,
        name: "Jürgen & Söhne".to_owned(),
        iban: Iban::parse("DE89370400440532013000").unwrap(),
        bic: None,
        remittance: Remittance::Text("Rechnung 2026-07".to_owned()),
    }
}

pub(super) fn collection(id: &str, debits: Vec<NewDebit>) -> NewCollection {
    NewCollection {
        id: id.to_owned(),
        instrument: Instrument::Core,
        sequence: Sequence::Recurring,
        on: date(2026, 7, 20),
        debits,
    }
}

pub(super) fn message(collections: Vec<NewCollection>) -> Message {
    Message {
        id: "2026-07-06-1".to_owned(),
        made: date(2026, 7, 6).at(9, 30, 0, 0),
        creditor: Creditor {
            name: "Stadtwerke Musterstadt".to_owned(),
            id: CreditorId::parse("DE98ZZZ09999999999").unwrap(),
            iban: Iban::parse("DE89370400440532013000").unwrap(),
            bic: Some(Bic::parse("COBADEFFXXX").unwrap()),
        },
        collections,
    }
}

/// Everything that is written.
pub(super) fn example() -> Message {
    let reference = Remittance::Reference("RF18 5390 0754 7034".to_owned());
    let by_reference = NewDebit { remittance: reference, ..debit("E-2", 1) };
    let renamed = Amended::Mandate { before: "OLD-7".to_owned() };
    let renamed = NewDebit { amended: Some(renamed), ..debit("E-3", 250) };
    let moved = NewDebit {
        amended: Some(Amended::Account),
        bic: Some(Bic::parse("DEUTDEFF").unwrap()),
        ..debit("E-4", 99_999_999_999)
    };
    let of = |id, sequence, debits| NewCollection { sequence, ..collection(id, debits) };
    let business = NewCollection {
        instrument: Instrument::B2b,
        ..of("C-4", Sequence::Final, vec![debit("E-6", 3)])
    };
    message(vec![
        of("C-1", Sequence::Recurring, vec![debit("E-1", 8_745), by_reference, renamed]),
        of("C-2", Sequence::First, vec![moved]),
        of("C-3", Sequence::OneOff, vec![debit("E-5", 2)]),
        business,
    ])
}

fn said(faults: &Faults) -> Vec<String> {
    faults.listed.iter().map(|it| format!("{}: {}", it.line, it.what)).collect()
}

#[test]
fn debits_that_are_written_read_back() {
    for version in [Version::V02, Version::V08] {
        let text = write(&example(), version).unwrap();
        assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Pain008));
        let read = read_debits(text.as_bytes());
        assert_eq!(said(&read.faults), [""; 0]);
        assert_eq!(read.message, "2026-07-06-1");
        assert_eq!(
            (read.debits(), read.total().cents()),
            (6, 8_745 + 1 + 250 + 99_999_999_999 + 2 + 3)
        );
        let heads: Vec<String> = read
            .collections
            .iter()
            .map(|it| format!("{} {} {} {}", it.id, it.instrument, it.sequence, it.on))
            .collect();
        assert_eq!(
            heads,
            [
                "C-1 CORE RCUR 2026-07-20",
                "C-2 CORE FRST 2026-07-20",
                "C-3 CORE OOFF 2026-07-20",
                "C-4 B2B FNAL 2026-07-20"
            ]
        );
        let first = &read.collections[0].debits;
        assert_eq!(first[0].name, "Juergen + Soehne");
        assert_eq!(first[0].iban, "DE89370400440532013000");
        assert_eq!(first[1].remittance, "RF18539007547034");
        assert_eq!(
            (first[2].mandate.as_str(), first[2].signed.as_str()),
            ("M-100017", "2025-03-01")
        );
    }
}

#[test]
fn what_a_bank_would_not_take_is_not_written() {
    let of = |debits| write(&message(vec![collection("C", debits)]), Version::V08).unwrap_err();
    assert_eq!(of(vec![]), NotWritten::Nothing);
    assert_eq!(write(&message(vec![]), Version::V08), Err(NotWritten::Nothing));
    let zero = of(vec![debit("E", 0)]);
    assert_eq!(zero.to_string(), "debit E is of 0.00; a debit is from 0.01 to 999999999.99");
    assert!(matches!(of(vec![debit("E", 100_000_000_000)]), NotWritten::Amount { .. }));
    for id in ["", "/E", "E/", "E//1", "E_1", "É", "123456789012345678901234567890123456", " E"] {
        assert!(matches!(of(vec![debit(id, 1)]), NotWritten::Id { what: "debit", .. }), "{id}");
    }
    let slash = of(vec![debit("/E", 1)]).to_string();
    assert!(slash.starts_with("the debit /E is not taken: 1 to 35 of"), "{slash}");
    let twice = of(vec![debit("E", 1), debit("E", 1)]);
    assert_eq!(twice.to_string(), "the debit E stands twice; each is there once");
    let unnamed = of(vec![NewDebit { name: "_".to_owned(), ..debit("E", 1) }]);
    assert_eq!(unnamed.to_string(), "the name of E is empty");
    let reference = Remittance::Reference("RF18539007547035".to_owned());
    let wrong = of(vec![NewDebit { remittance: reference, ..debit("E", 1) }]);
    assert!(wrong.to_string().starts_with("the reference of debit E is wrong"));
}

#[track_caller]
fn with(from: &str, to: &str, wanted: &str) {
    let text = write(&example(), Version::V08).unwrap();
    assert!(text.contains(from), "{from}");
    let read = read_debits(text.replacen(from, to, 1).as_bytes());
    let all = said(&read.faults);
    assert!(all.iter().any(|it| it.contains(wanted)), "{wanted} is not in {all:#?}");
    let number = wanted.contains("has a wrong character");
    assert_ne!(read.faults.refused.is_some(), number);
}

#[test]
fn debits_that_do_not_add_up_are_refused() {
    with("<NbOfTxs>6<", "<NbOfTxs>7<", "8: the message says 7 debits; there are 6");
    with("<CtrlSum>1000000090.00", "<CtrlSum>1.00", "the message says 1.00; it is 1000000090.00");
    with("<NbOfTxs>3<", "<NbOfTxs>2<", "the collection says 2 debits; there are 3");
    with("<CtrlSum>89.96", "<CtrlSum>89.97", "the collection says 89.97; it is 89.96");
    with("<Cd>CORE", "<Cd>CORX", "a scheme CORX is not known; it is CORE or B2B");
    with("<SeqTp>RCUR", "<SeqTp>ROUR", "a sequence ROUR is not known");
    with("DE98ZZZ", "DE99ZZZ", "the creditor's number has a wrong character");
    with("2026-07-20", "2026-07-32", "it is to be collected on 2026-07-32, which is no day");
    with("<IBAN>DE89", "<IBAN>DE88", "the creditor's account: the IBAN has a wrong character");
    with("Ccy=\"EUR\">87.45", "Ccy=\"USD\">87.45", "a debit in USD; SEPA is in EUR");
    with(">87.45<", ">87.455<", "the amount is not above zero with at most two decimals");
    with("<MndtId>M-100017</MndtId>", "", "the mandate is missing");
    with("<EndToEndId>E-1</EndToEndId>", "", "the end-to-end id is missing");
    with("</Document>", "", "it ends inside <Document>; the file is cut off");
    with("</PmtInf>", "", "this is no XML");
    with("<Document", "<!DOCTYPE x><Document", "a document type; messages of banks have none");
    with("<Nm>Stadt", "<Nm>&stadt;", "a name of text that is not in the message");
    let deep = "<a>".repeat(70);
    let all = said(&read_debits(deep.as_bytes()).faults);
    assert_eq!(all[0], "1: more than 64 elements inside each other");
    let text = format!("<a>{}</a>", "x".repeat(100_001));
    assert_eq!(said(&read_debits(text.as_bytes()).faults)[0], "1: a text that does not end");
    let empty = said(&read_debits(b"<Document></Document>").faults);
    assert_eq!(empty, ["1: there is no collection (PmtInf) in the message"]);
}

pub(super) const STATUS: &str = r#"<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-1</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>2026-07-06-1</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>C-1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>E-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>A &amp; B</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">87.45</InstdAmt></Amt><MndtRltdInf><MndtId>M-100017</MndtId></MndtRltdInf></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E-2</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>C-2</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn></StsRsnInf></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"#;

#[test]
fn what_a_bank_did_not_take_is_told_by_debit() {
    assert_eq!(Kind::of(STATUS.as_bytes()), Some(Kind::Pain002));
    let read = read_statuses(STATUS.as_bytes());
    assert_eq!(said(&read.faults), [""; 0]);
    assert_eq!((read.original.as_str(), read.status.as_str()), ("2026-07-06-1", "PART"));
    let told: Vec<String> = read
        .outcomes
        .iter()
        .map(|it| format!("{} {} {} {}", it.collection, it.end_to_end, it.status, it.reason))
        .collect();
    assert_eq!(told, ["C-1 E-1 RJCT AC04", "C-1 E-2 ACCP ", "C-2  RJCT X1"]);
    let first = &read.outcomes[0];
    assert_eq!(
        (first.amount, first.mandate.as_str()),
        (Some(Money::from_cents(8_745)), "M-100017")
    );
    assert_eq!((first.said.as_str(), reason_words("AC04")), ("A & B", Some("account closed")));
    assert_eq!(reason_words("ZZ99"), None);
    let silent = read_statuses(STATUS.replace("<TxSts>ACCP</TxSts>", "").as_bytes());
    assert_eq!(said(&silent.faults), ["9: it is not said how the debit fared (TxSts)"]);
    let reasonless = read_statuses(STATUS.replace("<Cd>AC04</Cd>", "").as_bytes());
    assert_eq!(said(&reasonless.faults), ["6: refused without a reason"]);
    assert_eq!(reasonless.faults.refused, None);
    let whole = read_statuses(
        b"<Document><R><OrgnlGrpInfAndSts><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn>\
          </StsRsnInf></OrgnlGrpInfAndSts></R></Document>",
    );
    assert_eq!((whole.status.as_str(), whole.reason.as_str()), ("RJCT", "X9"));
    let nothing = read_statuses(b"<Document/>");
    assert_eq!(said(&nothing.faults), ["1: the message says how nothing fared"]);
}

#[test]
fn as_many_are_named_as_refused_as_the_message_says() {
    let of = |many: &str, sum: &str| {
        let said = format!(
            "<GrpSts>PART</GrpSts><NbOfTxsPerSts><DtldNbOfTxs>{many}</DtldNbOfTxs><DtldSts>RJCT</DtldSts>{sum}</NbOfTxsPerSts>"
        );
        let text = STATUS.replace("<GrpSts>PART</GrpSts>", &said);
        let text = text.replace("<PmtInfSts>RJCT", "<PmtInfSts>ACCP");
        self::said(&read_statuses(text.as_bytes()).faults)
    };
    assert_eq!(of("1", ""), [""; 0]);
    assert_eq!(of("1", "<DtldCtrlSum>87.45</DtldCtrlSum>"), [""; 0]);
    assert_eq!(of("2", ""), ["4: the message says that 2 were refused; it names 1"]);
    let sum = of("1", "<DtldCtrlSum>87.46</DtldCtrlSum>");
    assert_eq!(sum, ["4: the message says that 1 of 87.46 were refused; it names 1"]);
}

pub(super) const STATEMENT: &str = r#"<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>S-1</MsgId></GrpHdr>
<Stmt><Id>2026-07-21</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-07-20</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">70.01</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-07-21</Dt></Dt></Bal>
<TxsSummry><TtlCdtNtries><Sum>87.46</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>7.45</Sum></TtlDbtNtries></TxsSummry>
<Ntry><Amt Ccy="EUR">87.46</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><Amt Ccy="EUR">87.45</Amt><RltdPties><Dbtr><Pty><Nm>Jo</Nm></Pty></Dbtr></RltdPties></TxDtls>
<TxDtls><Refs><EndToEndId>E-2</EndToEndId></Refs><Amt Ccy="EUR">0.01</Amt><RmtInf><Ustrd>RF18</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">7.45</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts><NtryDtls>
<TxDtls><Refs><EndToEndId>E-9</EndToEndId><MndtId>M-9</MndtId></Refs><RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"#;

#[test]
fn a_statement_follows_from_what_was_booked() {
    // 87.46 in and 7.45 out take -10.00 to 70.01.
    assert_eq!(Kind::of(STATEMENT.as_bytes()), Some(Kind::Camt053));
    let read = read_statements(STATEMENT.as_bytes());
    assert_eq!(said(&read.faults), [""; 0]);
    let [statement] = read.statements.as_slice() else { panic!("one statement") };
    assert_eq!((statement.id.as_str(), statement.currency.as_str()), ("2026-07-21", "EUR"));
    assert_eq!(statement.balances[0].amount, Some(Money::from_cents(-1_000)));
    let first = &statement.entries[0];
    assert_eq!((first.reference.as_str(), first.details[0].debtor.as_str()), ("B-1", "Jo"));
    assert_eq!(first.details[1].remittance, "RF18");
    let returns: Vec<String> = read
        .returns()
        .map(|(entry, it)| {
            format!("{} {} {} {}", it.reason, it.end_to_end, it.mandate, entry.reversal)
        })
        .collect();
    assert_eq!(returns, ["MD06 E-9 M-9 true"]);
}

#[test]
fn what_came_back_is_told_without_what_the_bank_charges_for_it() {
    let of = |told: &str| {
        let (before, after) = STATEMENT.split_once("<RtrInf>").unwrap();
        let text = format!("{before}{told}<RtrInf>{after}");
        let read = read_statements(text.as_bytes());
        assert_eq!(said(&read.faults), [""; 0]);
        let (entry, it) = read.returns().next().unwrap();
        let cents = |it: Option<Money>| it.map_or(0, Money::cents);
        (cents(it.amount.or(entry.amount)), cents(it.charge))
    };
    let instructed = "<InstdAmt><Amt Ccy=\"EUR\">4.45</Amt></InstdAmt>";
    let charge = "<Chrgs><Amt Ccy=\"EUR\">3.00</Amt><Tax><Amt Ccy=\"EUR\">0.48</Amt></Tax></Chrgs>";
    let records = "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"EUR\">3.00</TtlChrgsAndTaxAmt>\
        <Rcrd><Amt Ccy=\"EUR\">1.00</Amt></Rcrd><Rcrd><Amt Ccy=\"EUR\">2.00</Amt></Rcrd></Chrgs>";
    let total = "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"EUR\">3.00</TtlChrgsAndTaxAmt></Chrgs>";
    assert_eq!(of(""), (7_45, 0));
    for charge in [charge, records, total] {
        assert_eq!(of(&format!("<AmtDtls>{instructed}</AmtDtls>{charge}")), (4_45, 3_00));
        // Some say the whole beside what was instructed.
        let whole = "<TxAmt><Amt Ccy=\"EUR\">7.45</Amt></TxAmt>";
        assert_eq!(of(&format!("<AmtDtls>{instructed}{whole}</AmtDtls>{charge}")), (4_45, 3_00));
    }
    let own = "<Amt Ccy=\"EUR\">4.46</Amt>";
    assert_eq!(of(&format!("{own}<AmtDtls>{instructed}</AmtDtls>{charge}")), (4_46, 3_00));
    // What was instructed in another currency is not what came back.
    let foreign = instructed.replace("EUR", "CHF");
    assert_eq!(of(&format!("<AmtDtls>{foreign}</AmtDtls>")), (7_45, 0));
    let foreign = "<TxAmt><Amt Ccy=\"CHF\">6.00</Amt></TxAmt>";
    assert_eq!(of(&format!("<AmtDtls>{foreign}</AmtDtls>")), (7_45, 0));
    assert_eq!(of("<Amt Ccy=\"CHF\">6.00</Amt>"), (7_45, 0));
    let foreign = charge.replace("EUR", "CHF");
    assert_eq!(of(&format!("<AmtDtls>{instructed}</AmtDtls>{foreign}")), (4_45, 0));
}

#[test]
fn what_a_payer_wrote_is_read_whole() {
    let of = |told: &str| {
        let text = STATEMENT.replace("<Ustrd>RF18</Ustrd>", told);
        read_statements(text.as_bytes()).statements[0].entries[0].details[1].remittance.clone()
    };
    assert_eq!(of("<Ustrd>Account 100017</Ustrd><Ustrd>July</Ustrd>"), "Account 100017 July");
    let reference = "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>";
    let bill = "<RfrdDocInf><Tp/><Nb>2026-17</Nb></RfrdDocInf>";
    assert_eq!(
        of(&format!("<Ustrd>July</Ustrd><Strd>{bill}{reference}</Strd>")),
        "July 2026-17 RF18539007547034"
    );
    assert_eq!(of(""), "");
    let text = STATEMENT.replacen("</Ntry>", "<AddtlNtryInf>a deposit</AddtlNtryInf></Ntry>", 1);
    let read = read_statements(text.as_bytes());
    let said: Vec<&str> = read.statements[0].entries.iter().map(|it| it.said.as_str()).collect();
    assert_eq!(said, ["a deposit", ""]);
}

#[test]
fn a_debit_that_is_called_unpaid_came_back() {
    let code = |sub: &str| {
        format!(
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        )
    };
    let why = "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>";
    let of = |from: &str, to: &str, why_now: &str| {
        let text = STATEMENT.replace(why, why_now);
        assert!(text.contains(from), "{from}");
        let read = read_statements(text.replace(from, to).as_bytes());
        assert_eq!(said(&read.faults), [""; 0]);
        let all = read.returns().map(|(_, it)| format!("{} {}", it.end_to_end, it.reason));
        all.collect::<Vec<_>>()
    };
    let whole = "<Sts>BOOK</Sts>";
    let single = "<Refs><EndToEndId>E-9";
    for at in [whole, single] {
        let unpaid = if at == whole { at.to_owned() + &code("UPDD") } else { code("UPDD") + at };
        assert_eq!(of(at, &unpaid, ""), ["E-9 MS03"]);
        assert_eq!(of(at, &unpaid, why), ["E-9 MD06"]);
        assert_eq!(of(at, &unpaid.replace("UPDD", "PMDD"), ""), [""; 0]);
    }
    // What comes in was not taken from anybody.
    let came = format!("<AcctSvcrRef>B-1</AcctSvcrRef>{}", code("UPDD"));
    assert_eq!(of("<AcctSvcrRef>B-1</AcctSvcrRef>", &came, ""), [""; 0]);
    assert_eq!(reason_words("MS03"), Some("no reason given"));
}

#[test]
fn a_statement_of_several_days_opens_with_the_first_and_closes_with_the_last() {
    let day = |kind: &str, amount: &str, on: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )
    };
    let of = |more: String| {
        let text = STATEMENT.replacen("<TxsSummry>", &format!("{more}<TxsSummry>"), 1);
        said(&read_statements(text.as_bytes()).faults)
    };
    let between = |on: &str| [day("OPBD", "1.00", on), day("CLBD", "1.00", "2026-07-20")].concat();
    assert_eq!(of(between("2026-07-21")), [""; 0]);
    assert_eq!(of(day("CLBD", "70.02", "2026-07-22")).len(), 1);
    assert_eq!(of(day("OPBD", "1.00", "2026-07-19")).len(), 1);
}

#[test]
fn a_statement_that_does_not_follow_is_refused() {
    let of = |from: &str, to: &str| {
        assert!(STATEMENT.contains(from), "{from}");
        said(&read_statements(STATEMENT.replacen(from, to, 1).as_bytes()).faults)
    };
    assert_eq!(
        of(">70.01<", ">70.02<"),
        ["6: it closes with 70.02; what it opened with and what was booked is 70.01"]
    );
    assert_eq!(of("<Sum>7.45", "<Sum>7.46"), ["7: the summary says 7.46; it is 7.45"]);
    assert_eq!(of("<Sum>87.46", "<Sum>87.47"), ["7: the summary says 87.47; it is 87.46"]);
    let whole = |sum: &str| {
        let both = format!("<TxsSummry><TtlNtries><Sum>{sum}</Sum></TtlNtries>");
        of("<TxsSummry>", &both)
    };
    assert_eq!(whole("94.91"), [""; 0]);
    assert_eq!(whole("80.01"), [""; 0]);
    assert_eq!(whole("80.02"), ["7: the summary says 80.02; it is 94.91"]);
    // How many there are is compared, too; where the sum is right some banks count payments.
    let many = of("<NbOfNtries>1", "<NbOfNtries>2");
    assert_eq!(many, ["7: the summary says 2 entries; there are 1"]);
    let text = STATEMENT.replace("<NbOfNtries>1", "<NbOfNtries>2");
    assert_eq!(read_statements(text.as_bytes()).faults.refused, None);
    let text = text.replace("<Sum>7.45</Sum>", "");
    let refused = read_statements(text.as_bytes()).faults.refused.unwrap();
    assert_eq!(refused.what, "the summary says 2 entries; there are 1");
    let batch = |many: &str| {
        let said = format!("<NtryDtls>\n<Btch><NbOfTxs>{many}</NbOfTxs></Btch>\n<TxDtls>");
        of("<NtryDtls>\n<TxDtls>", &said)
    };
    assert_eq!(batch("2"), [""; 0]);
    assert_eq!(batch("3"), ["8: its batch says 3 payments; 2 are told"]);
    assert_eq!(of(">87.45<", ">87.44<"), ["8: its payments come to 87.45, and not to the entry"]);
    assert_eq!(of("<IBAN>DE89", "<IBAN>DE88").len(), 1);
    assert_eq!(of("<IBAN>DE89370400440532013000</IBAN>", ""), ["4: the account is missing"]);
    let no_amount = of("<Ntry><Amt Ccy=\"EUR\">87.46", "<Ntry><Amt Ccy=\"EUR\">x");
    assert!(
        no_amount.iter().any(|it| it == "8: the amount is no number with at most two decimals")
    );
    assert!(
        of("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>")
            .iter()
            .any(|it| it.contains("it is not said whether money came in"))
    );
    assert_eq!(of(">10.00<", ">1x.00<"), ["5: the balance OPBD is no number"]);
    // What is only pending moves nothing.
    let pending = STATEMENT.replacen("<Cd>BOOK", "<Cd>PDNG", 1).replacen(">70.01<", ">17.45<", 1);
    let pending = pending.replacen(
        "CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">17.45</Amt><CdtDbtInd>CRDT",
        "CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">17.45</Amt><CdtDbtInd>DBIT",
        1,
    );
    assert_eq!(said(&read_statements(pending.as_bytes()).faults), [""; 0]);
    let none = said(&read_statements(b"<Document></Document>").faults);
    assert_eq!(
        none,
        ["1: there is no statement (Stmt) and no notification (Ntfctn) in the message"]
    );
}

#[test]
fn a_notification_has_no_balances() {
    let text = STATEMENT
        .replace("camt.053", "camt.054")
        .replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
        .replace("Stmt>", "Ntfctn>");
    let text: Vec<&str> = text.lines().filter(|it| !it.starts_with("<Bal>")).collect();
    let text = text.join("\n");
    assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Camt054));
    let read = read_statements(text.as_bytes());
    assert_eq!(said(&read.faults), [""; 0]);
    assert_eq!(read.statements[0].entries.len(), 2);
}

#[test]
fn a_message_in_an_old_set_of_letters_is_read() {
    let mut bytes = STATEMENT.as_bytes().to_vec();
    let at = STATEMENT.find("<Nm>Jo<").unwrap() + 5;
    bytes[at] = 0xf6;
    let read = read_statements(&bytes);
    assert_eq!(said(&read.faults), ["1: the message is not UTF-8; it is read as Latin-1"]);
    assert_eq!(read.faults.refused, None);
    assert_eq!(read.statements[0].entries[0].details[0].debtor, "Jö");
}
