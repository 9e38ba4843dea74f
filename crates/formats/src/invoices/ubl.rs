//! Writing an invoice of EN 16931 as UBL 2.1, an `Invoice` or a `CreditNote`, in the order of their
//! schemas.

use meterbook_core::bill::Statement;
use meterbook_core::currency::Currency;
use meterbook_core::money::{Money, Share};
use meterbook_core::period::Period;
use meterbook_core::seller::Seller;
use meterbook_core::text::decimal;
use quick_xml::escape::escape;

use super::vat::Category;
use super::{Address, Code, Invoice, Kind, Line, NotInvoiced, Party, SummedUp, invoice};

/// Which rules it keeps: the norm's own, and no country's or network's beside them.
const RULES: &str = "urn:cen.eu:en16931:2017";
/// How it is paid is not said (UNTDID 4461): by check, by bank, at the counter.
const ANY_MEANS: &str = "1";
/// Why there is no VAT, as a code: outside of its scope.
const OUTSIDE: &str = "VATEX-EU-O";

/// Writes a bill as an e-invoice: its new charges. What was owed before is another invoice's, and is
/// told in the terms of payment.
///
/// # Errors
/// What the norm wants and nobody said, or a VAT that cannot be told apart.
pub fn write(statement: &Statement, seller: &Seller, kind: &Kind) -> Result<String, NotInvoiced> {
    write_sum(statement, (&[], Money::ZERO), seller, kind)
}

/// The same of a bill that sums up others, with the lines of those whose charges it asks for; and so much of
/// a bill is not to be paid with it, as it was paid before.
///
/// # Errors
/// What the norm wants and nobody said, or a VAT that cannot be told apart.
pub fn write_sum(
    statement: &Statement,
    (summed, paid): (&[SummedUp], Money),
    seller: &Seller,
    kind: &Kind,
) -> Result<String, NotInvoiced> {
    let it = invoice(statement, (summed, paid), seller, kind)?;
    let noun = if it.code == Code::Credit { "CreditNote" } else { "Invoice" };
    let mut xml = Xml { text: String::new(), open: Vec::new(), currency: it.currency };
    xml.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let schema = "urn:oasis:names:specification:ubl:schema:xsd";
    xml.begin(
        noun,
        &format!(
            " xmlns=\"{schema}:{noun}-2\" xmlns:cac=\"{schema}:CommonAggregateComponents-2\" \
             xmlns:cbc=\"{schema}:CommonBasicComponents-2\""
        ),
    );
    head(&mut xml, &it, noun);
    parties(&mut xml, &it);
    payment(&mut xml, &it);
    moved(&mut xml, &it);
    vat(&mut xml, &it);
    totals(&mut xml, &it);
    for (nth, line) in it.lines.iter().enumerate() {
        self::line(&mut xml, line, nth + 1, it.code);
    }
    xml.end();
    Ok(xml.text)
}

/// A document in the making.
struct Xml {
    text: String,
    /// The elements that are open.
    open: Vec<String>,
    currency: Currency,
}

impl Xml {
    fn begin(&mut self, name: &str, attributes: &str) {
        self.indent();
        self.text.push_str(&format!("<{name}{attributes}>\n"));
        self.open.push(name.to_owned());
    }

    fn end(&mut self) {
        let name = self.open.pop().expect("what ends has begun");
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    fn indent(&mut self) {
        let depth = self.open.len();
        self.text.extend(std::iter::repeat_n("  ", depth));
    }

    /// An aggregate with what is in it.
    fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.begin(&format!("cac:{name}"), "");
        inside(self);
        self.end();
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.with(name, "", text);
    }

    fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    fn with(&mut self, name: &str, attributes: &str, text: &str) {
        // XML has no way to write most control characters.
        let text: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        self.indent();
        let text = escape(text.trim());
        self.text.push_str(&format!("<cbc:{name}{attributes}>{text}</cbc:{name}>\n"));
    }

    fn amount(&mut self, name: &str, amount: Money) {
        self.in_currency(name, &amount.plain());
    }

    fn in_currency(&mut self, name: &str, number: &str) {
        let attributes = format!(" currencyID=\"{}\"", self.currency);
        self.with(name, &attributes, number);
    }

    fn period(&mut self, period: Period) {
        self.group("InvoicePeriod", |xml| {
            xml.leaf("StartDate", &period.start().to_string());
            xml.leaf("EndDate", &period.last().to_string());
        });
    }

    fn address(&mut self, name: &str, address: &Address, country: &str) {
        self.group(name, |xml| {
            xml.maybe("StreetName", address.street);
            xml.maybe("AdditionalStreetName", address.more);
            xml.maybe("CityName", address.city);
            xml.maybe("PostalZone", address.postcode);
            xml.maybe("CountrySubentity", address.region);
            if let Some(rest) = &address.rest {
                xml.group("AddressLine", |xml| xml.leaf("Line", rest));
            }
            xml.group("Country", |xml| xml.leaf("IdentificationCode", country));
        });
    }

    /// A category of VAT, with its reason where it stands in the breakdown.
    fn category(&mut self, name: &str, category: Category, reason: Option<&str>) {
        self.group(name, |xml| {
            xml.leaf("ID", category.code());
            xml.maybe("Percent", category.share().map(percent).as_deref());
            if reason.is_some() && category == Category::Outside {
                xml.leaf("TaxExemptionReasonCode", OUTSIDE);
            }
            xml.maybe("TaxExemptionReason", reason);
            xml.group("TaxScheme", |xml| xml.leaf("ID", "VAT"));
        });
    }
}

fn head(xml: &mut Xml, it: &Invoice, noun: &str) {
    xml.leaf("CustomizationID", RULES);
    xml.leaf("ID", it.number);
    xml.leaf("IssueDate", &it.issued_on.to_string());
    // A credit note has no day by which it is due.
    xml.maybe("DueDate", it.due_on.map(|it| it.to_string()).as_deref());
    xml.leaf(&format!("{noun}TypeCode"), it.code.number());
    xml.leaf("DocumentCurrencyCode", it.currency.code());
    xml.leaf("BuyerReference", &it.account);
    xml.period(it.period);
    if let Some(preceding) = &it.preceding {
        xml.group("BillingReference", |xml| {
            xml.group("InvoiceDocumentReference", |xml| {
                xml.leaf("ID", &preceding.number);
                xml.leaf("IssueDate", &preceding.on.to_string());
            });
        });
    }
}

fn parties(xml: &mut Xml, it: &Invoice) {
    let named = |xml: &mut Xml, party: &Party| {
        xml.group("PartyName", |xml| xml.leaf("Name", party.name));
        xml.address("PostalAddress", &party.address, it.country);
    };
    xml.group("AccountingSupplierParty", |xml| {
        xml.group("Party", |xml| {
            named(xml, &it.seller);
            if let Some(vat) = it.vat {
                xml.group("PartyTaxScheme", |xml| {
                    xml.leaf("CompanyID", vat);
                    xml.group("TaxScheme", |xml| xml.leaf("ID", "VAT"));
                });
            }
            xml.group("PartyLegalEntity", |xml| {
                xml.leaf("RegistrationName", it.seller.name);
                xml.maybe("CompanyID", it.registration);
            });
            if !it.phone.trim().is_empty() {
                xml.group("Contact", |xml| xml.leaf("Telephone", it.phone));
            }
        });
    });
    xml.group("AccountingCustomerParty", |xml| {
        xml.group("Party", |xml| {
            named(xml, &it.buyer);
            xml.group("PartyLegalEntity", |xml| xml.leaf("RegistrationName", it.buyer.name));
        });
    });
    if let Some(street) = it.delivered_at {
        let address = Address { street: Some(street), ..Address::default() };
        xml.group("Delivery", |xml| {
            xml.group("DeliveryLocation", |xml| xml.address("Address", &address, it.country));
        });
    }
}

fn payment(xml: &mut Xml, it: &Invoice) {
    xml.group("PaymentMeans", |xml| {
        xml.leaf("PaymentMeansCode", ANY_MEANS);
        // Payments are posted by account.
        xml.leaf("PaymentID", &it.account);
    });
    xml.group("PaymentTerms", |xml| xml.leaf("Note", &it.terms));
}

fn moved(xml: &mut Xml, it: &Invoice) {
    for moved in &it.moved {
        for (is_charge, category) in [("false", moved.from), ("true", moved.to)] {
            xml.group("AllowanceCharge", |xml| {
                xml.leaf("ChargeIndicator", is_charge);
                xml.leaf("AllowanceChargeReason", &moved.reason);
                xml.amount("Amount", moved.amount);
                xml.category("TaxCategory", category, None);
            });
        }
    }
}

fn vat(xml: &mut Xml, it: &Invoice) {
    xml.group("TaxTotal", |xml| {
        xml.amount("TaxAmount", it.totals.vat);
        for taxed in &it.taxed {
            xml.group("TaxSubtotal", |xml| {
                xml.amount("TaxableAmount", taxed.taxable);
                xml.amount("TaxAmount", taxed.tax);
                xml.category("TaxCategory", taxed.category, taxed.reason.as_deref());
            });
        }
    });
}

fn totals(xml: &mut Xml, it: &Invoice) {
    let totals = &it.totals;
    xml.group("LegalMonetaryTotal", |xml| {
        xml.amount("LineExtensionAmount", totals.lines);
        // What is moved leaves and arrives.
        xml.amount("TaxExclusiveAmount", totals.lines);
        xml.amount("TaxInclusiveAmount", totals.with_vat);
        if !it.moved.is_empty() {
            xml.amount("AllowanceTotalAmount", totals.moved);
            xml.amount("ChargeTotalAmount", totals.moved);
        }
        if totals.paid != Money::ZERO {
            xml.amount("PrepaidAmount", totals.paid);
        }
        if totals.rounding != Money::ZERO {
            xml.amount("PayableRoundingAmount", totals.rounding);
        }
        xml.amount("PayableAmount", totals.payable);
    });
}

fn line(xml: &mut Xml, line: &Line, nth: usize, code: Code) {
    let (noun, quantity) = match code {
        Code::Credit => ("CreditNoteLine", "CreditedQuantity"),
        Code::Invoice | Code::Corrected => ("InvoiceLine", "InvoicedQuantity"),
    };
    let priced = &line.priced;
    let unit = format!(" unitCode=\"{}\"", priced.unit);
    xml.group(noun, |xml| {
        xml.leaf("ID", &nth.to_string());
        xml.maybe("Note", line.note.as_deref());
        xml.with(quantity, &unit, &point(priced.quantity, 6));
        xml.amount("LineExtensionAmount", line.amount);
        xml.period(line.period);
        xml.group("Item", |xml| {
            xml.leaf("Description", &xml.currency.said(&line.description));
            xml.leaf("Name", &line.name);
            xml.group("SellersItemIdentification", |xml| xml.leaf("ID", line.tariff));
            xml.category("ClassifiedTaxCategory", line.category, None);
            for (name, value) in line.said.iter().filter(|it| !it.1.trim().is_empty()) {
                xml.group("AdditionalItemProperty", |xml| {
                    xml.leaf("Name", name);
                    xml.leaf("Value", value);
                });
            }
        });
        xml.group("Price", |xml| {
            xml.in_currency("PriceAmount", &point(priced.price, 9));
            xml.with("BaseQuantity", &unit, &point(priced.base, 6));
        });
    });
}

/// A rate as a percentage.
fn percent(share: Share) -> String {
    decimal(share.nano, 7)
}

/// A scaled number as a decimal without trailing zeros.
fn point(value: i128, places: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{dot}{part}")
}
