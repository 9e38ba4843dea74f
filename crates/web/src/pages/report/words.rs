//! What pages of reports say, in both languages: a text without one of them does not compile.

use meterbook_core::charge::ChargeFor;
use meterbook_core::ledger::{EntryKind, Gl, Tender};
use meterbook_core::person::Language;
use meterbook_core::rating::ChargeKind;
use meterbook_core::report::{Column, ReportKind};

use crate::show;
use crate::words::words;

/// What these pages say beside the names of reports and columns.
pub(crate) struct Said {
    pub(crate) reports: &'static str,
    pub(crate) entries: &'static str,
    pub(crate) on: &'static str,
    pub(crate) from: &'static str,
    pub(crate) through: &'static str,
    pub(crate) by: &'static str,
    pub(crate) by_effective: &'static str,
    pub(crate) by_posted: &'static str,
    pub(crate) known: &'static str,
    pub(crate) everything: &'static str,
    pub(crate) show: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) as_of: &'static str,
    pub(crate) entry: &'static str,
    pub(crate) journal: &'static str,
    pub(crate) no_journal: &'static str,
    pub(crate) not_closed: &'static str,
    pub(crate) adds_up: &'static str,
    pub(crate) the_report: &'static str,
    pub(crate) the_ledger: &'static str,
    pub(crate) rows_of: &'static str,
    pub(crate) all_in_file: &'static str,
    pub(crate) table_below: &'static str,
    pub(crate) what_is_no_day: &'static str,
    pub(crate) what_is_no_days: &'static str,
    pub(crate) what_is_no_account: &'static str,
    pub(crate) postings: &'static str,
    pub(crate) lines: &'static str,
    pub(crate) class: &'static str,
    pub(crate) tariff: &'static str,
    pub(crate) line: &'static str,
    pub(crate) gl: &'static str,
}

const ENGLISH: Said = Said {
    reports: "Reports",
    entries: "Entries and journals",
    on: "On",
    from: "From",
    through: "Through",
    by: "Counted by",
    by_effective: "Effective date",
    by_posted: "Posting date",
    known: "As known on",
    everything: "All",
    show: "Show",
    nothing: "There is nothing in these days.",
    as_of: "As of",
    entry: "entry",
    journal: "journal",
    no_journal: "in no journal yet",
    not_closed: "not all of it in a journal",
    adds_up: "Adds up to the ledger",
    the_report: "The report",
    the_ledger: "The ledger",
    rows_of: "of",
    all_in_file: "rows; the files have all of them.",
    table_below: "The table below has the numbers.",
    what_is_no_day: "is no day; write it like 2026-02-28.",
    what_is_no_days: "The last day is before the first; choose others.",
    what_is_no_account: "is no account number; its last digit is checked.",
    postings: "Postings",
    lines: "Lines, and the accounts they are posted to",
    class: "Class",
    tariff: "Tariff",
    line: "Line",
    gl: "Ledger account",
};

const SPANISH: Said = Said {
    reports: "Informes",
    entries: "Asientos y diarios",
    on: "Al día",
    from: "Desde",
    through: "Hasta",
    by: "Según",
    by_effective: "Fecha efectiva",
    by_posted: "Fecha de registro",
    known: "Como se sabía el",
    everything: "Todo",
    show: "Mostrar",
    nothing: "No hay nada en estos días.",
    as_of: "Hasta",
    entry: "asiento",
    journal: "diario",
    no_journal: "aún en ningún diario",
    not_closed: "no todo está en un diario",
    adds_up: "Concuerda con el libro mayor",
    the_report: "El informe",
    the_ledger: "El libro mayor",
    rows_of: "de",
    all_in_file: "filas; los archivos las tienen todas.",
    table_below: "La tabla de abajo tiene los números.",
    what_is_no_day: "no es un día; escríbalo como 2026-02-28.",
    what_is_no_days: "El último día es anterior al primero; elija otros.",
    what_is_no_account: "no es un número de cuenta; se comprueba su último dígito.",
    postings: "Apuntes",
    lines: "Líneas y las cuentas en que se registran",
    class: "Clase",
    tariff: "Tarifa",
    line: "Línea",
    gl: "Cuenta contable",
};

/// What these pages say in a language.
pub(crate) fn said(language: Language) -> &'static Said {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

fn of(language: Language, (english, spanish): (&'static str, &'static str)) -> &'static str {
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

/// What a report is called.
pub(crate) fn called(kind: ReportKind, language: Language) -> &'static str {
    of(
        language,
        match kind {
            ReportKind::Balances => ("Balances", "Saldos"),
            ReportKind::Ageing => ("Ageing", "Antigüedad de saldos"),
            ReportKind::Ledger => ("General ledger", "Libro mayor"),
            ReportKind::Lines => ("Behind an account", "Detrás de una cuenta"),
            ReportKind::Revenue => ("Revenue", "Ingresos"),
            ReportKind::Taxes => ("Taxes", "Impuestos"),
            ReportKind::FranchiseFees => ("Franchise fees", "Cargos de franquicia"),
            ReportKind::Deposits => ("Deposits", "Depósitos"),
            ReportKind::WriteOffs => ("Write-offs", "Deudas canceladas"),
            ReportKind::Unbilled => ("Unbilled revenue", "Ingresos sin facturar"),
            ReportKind::Payments => ("Payments", "Pagos"),
            ReportKind::Adjustments => ("Adjustments", "Ajustes"),
        },
    )
}

/// What a report is about, in a sentence.
pub(crate) fn about(kind: ReportKind, language: Language) -> &'static str {
    of(
        language,
        match kind {
            ReportKind::Balances => (
                "What accounts owe on a day, and what would close them.",
                "Lo que deben las cuentas en un día y lo que las cerraría.",
            ),
            ReportKind::Ageing => (
                "What accounts owe by how long it has been due.",
                "Lo que deben las cuentas según cuánto hace que venció.",
            ),
            ReportKind::Ledger => (
                "Every account of the general ledger: before, debits, credits, after.",
                "Cada cuenta del libro mayor: antes, debe, haber, después.",
            ),
            ReportKind::Lines => (
                "What stands behind a figure of the general ledger, line by line of the bills.",
                "Lo que hay detrás de una cifra del libro mayor, línea por línea de las facturas.",
            ),
            ReportKind::Revenue => (
                "Revenue by tariff, class, kind of line and month.",
                "Ingresos por tarifa, clase, tipo de línea y mes.",
            ),
            ReportKind::Taxes => (
                "Taxes by who they are collected for: base, rate, exempt, tax.",
                "Impuestos según para quién se cobran: base, tasa, exento, impuesto.",
            ),
            ReportKind::FranchiseFees => (
                "Franchise fees, whether they are a tax or a rider.",
                "Cargos de franquicia, sean impuesto o recargo.",
            ),
            ReportKind::Deposits => (
                "What is owed of security, account by account.",
                "Lo que se debe de las garantías, cuenta por cuenta.",
            ),
            ReportKind::WriteOffs => (
                "What was given up, and had after all.",
                "Lo que se dio por perdido y lo que se cobró después.",
            ),
            ReportKind::Unbilled => (
                "What was used and not billed on a day; it takes a while.",
                "Lo consumido y sin facturar en un día; tarda un poco.",
            ),
            ReportKind::Payments => (
                "What came in and went back, by day and tender.",
                "Lo que entró y lo que se devolvió, por día y medio.",
            ),
            ReportKind::Adjustments => (
                "What was taken back, waived, settled, given back and moved.",
                "Lo anulado, condonado, liquidado, devuelto y traspasado.",
            ),
        },
    )
}

/// What a column is called.
pub(crate) fn column(it: Column, language: Language) -> &'static str {
    of(
        language,
        match it {
            Column::Account => ("Account", "Cuenta"),
            Column::Class => ("Class", "Clase"),
            Column::Month => ("Month", "Mes"),
            Column::Day => ("Day", "Día"),
            Column::Gl => ("Ledger account", "Cuenta contable"),
            Column::GlNumber => ("Number", "Número"),
            Column::GlName => ("Name", "Nombre"),
            Column::Fund => ("Fund", "Fondo"),
            Column::Tariff => ("Tariff", "Tarifa"),
            Column::Kind => ("Kind", "Tipo"),
            Column::Line => ("Line", "Línea"),
            Column::Place => ("Place on the bill", "Lugar en la factura"),
            Column::Entry => ("Entry", "Asiento"),
            Column::Journal => ("Journal", "Diario"),
            Column::Key => ("Bill or payment", "Factura o pago"),
            Column::Why => ("Why", "Motivo"),
            Column::Tender => ("Paid by", "Medio de pago"),
            Column::Count => ("Count", "Cantidad"),
            Column::Rate => ("Rate", "Tasa"),
            Column::Base => ("Base", "Base"),
            Column::Exempt => ("Exempt", "Exento"),
            Column::Tax => ("Tax", "Impuesto"),
            Column::Amount => ("Amount", "Importe"),
            Column::Balance => ("Balance", "Saldo"),
            Column::Budget => ("Budget variance", "Diferencia de cuota fija"),
            Column::FeesAsked => ("Fees to come", "Recargos por venir"),
            Column::Deposit => ("Deposit", "Depósito"),
            Column::DepositInterest => ("Its interest", "Sus intereses"),
            Column::InterestToCome => ("Interest since", "Intereses desde entonces"),
            Column::Unbilled => ("Unbilled", "Sin facturar"),
            Column::Payoff => ("Closes it", "La cierra"),
            Column::NotDue => ("Not due", "Sin vencer"),
            Column::Days30 => ("1–30 days", "1–30 días"),
            Column::Days60 => ("31–60 days", "31–60 días"),
            Column::Days90 => ("61–90 days", "61–90 días"),
            Column::DaysMore => ("Over 90 days", "Más de 90 días"),
            Column::Credit => ("Credit", "Crédito"),
            Column::Total => ("Total", "Total"),
            Column::Opening => ("Before", "Antes"),
            Column::Debits => ("Debits", "Debe"),
            Column::Credits => ("Credits", "Haber"),
            Column::Closing => ("After", "Después"),
            Column::Asked => ("Asked for", "Pedido"),
            Column::InterestOpening => ("Interest before", "Intereses antes"),
            Column::Earned => ("Interest earned", "Intereses ganados"),
            Column::Applied => ("Set off at the end", "Aplicado al final"),
            Column::Returned => ("Given back", "Devuelto"),
            Column::InterestGiven => ("Interest given", "Intereses dados"),
            Column::InterestClosing => ("Interest after", "Intereses después"),
            Column::Held => ("Paid of it", "Pagado de ello"),
            Column::WrittenOff => ("Written off", "Cancelado"),
            Column::Recovered => ("Recovered", "Recuperado"),
            Column::BilledAnew => ("Billed anew", "Facturado de nuevo"),
            Column::Net => ("Net", "Neto"),
            Column::Agreement => ("Agreement", "Contrato"),
            Column::From => ("From", "Desde"),
            Column::To => ("To", "Hasta"),
            Column::UnknownDays => ("Unknown days", "Días desconocidos"),
        },
    )
}

/// What an account of the general ledger is called by the program itself.
pub(crate) fn gl(it: Gl, language: Language) -> &'static str {
    of(
        language,
        match it {
            Gl::Cash => ("1010 cash", "1010 caja y bancos"),
            Gl::Receivable => ("1200 receivable", "1200 cuentas por cobrar"),
            Gl::TaxPayable => ("2300 tax payable", "2300 impuestos por pagar"),
            Gl::DepositsHeld => ("2400 customer deposits", "2400 depósitos de clientes"),
            Gl::ElectricRevenue => ("4010 electric revenue", "4010 ingresos de electricidad"),
            Gl::GasRevenue => ("4020 gas revenue", "4020 ingresos de gas"),
            Gl::WaterRevenue => ("4030 water revenue", "4030 ingresos de agua"),
            Gl::WasteRevenue => ("4040 waste revenue", "4040 ingresos de residuos"),
            Gl::FeeRevenue => ("4090 fee revenue", "4090 ingresos por cargos"),
            Gl::BillingAdjustments => ("4095 billing adjustments", "4095 ajustes de facturación"),
            Gl::PurchasedPower => ("5010 purchased power", "5010 energía comprada"),
            Gl::InterestExpense => ("5080 interest expense", "5080 gastos de intereses"),
            Gl::PaymentClearing => ("1090 payment clearing", "1090 pagos en tránsito"),
            Gl::Suspense => ("2100 unidentified payments", "2100 pagos sin identificar"),
            Gl::RefundsPayable => ("2110 refunds payable", "2110 reembolsos por pagar"),
            Gl::CashOverShort => ("5090 cash over and short", "5090 sobrantes y faltantes"),
            Gl::DepositInterest => ("2410 deposit interest", "2410 intereses de depósitos"),
            Gl::LateFees => ("4092 late fees", "4092 recargos por demora"),
            Gl::BudgetVariance => ("1210 budget variance", "1210 diferencia de cuota fija"),
            Gl::BadDebt => ("5070 bad debt", "5070 incobrables"),
            Gl::Unclaimed => ("2120 unclaimed property", "2120 bienes no reclamados"),
            Gl::ReturnLoss => ("5075 returned after refund", "5075 devuelto tras reembolso"),
        },
    )
}

/// A word of what happened, of a kind of line or of a tender, as the record has it.
pub(crate) fn word(text: &str, language: Language) -> String {
    let words = words(language);
    if let Some(it) = ChargeKind::from_word(text) {
        return show::charge_kind(it, words).to_owned();
    }
    if let Some(it) = Tender::from_word(text) {
        return show::tender(it, words).to_owned();
    }
    if let Some(it) = EntryKind::from_word(text) {
        return happened(it, language).to_owned();
    }
    ChargeFor::from_word(text).map_or_else(|| text.to_owned(), |it| it.label(language).to_owned())
}

/// What happened, in a word.
pub(crate) fn happened(it: EntryKind, language: Language) -> &'static str {
    of(
        language,
        match it {
            EntryKind::Bill => ("Bill", "Factura"),
            EntryKind::Payment => ("Payment", "Pago"),
            EntryKind::Settlement => ("Bank settled", "Banco liquidado"),
            EntryKind::Charge => ("Charge", "Cargo"),
            EntryKind::Cancelled => ("Bill taken back", "Factura anulada"),
            EntryKind::Adjustment => ("Taken off a correction", "Descuento de una corrección"),
            EntryKind::Reversal => ("Payment taken back", "Pago anulado"),
            EntryKind::Refund => ("Refund", "Reembolso"),
            EntryKind::Transfer => ("Transfer", "Traspaso"),
            EntryKind::Suspense => ("Held for nobody", "Retenido sin dueño"),
            EntryKind::SuspenseReturned => ("Held and sent back", "Retenido y devuelto"),
            EntryKind::Drawer => ("Drawer over or short", "Caja con sobrante o faltante"),
            EntryKind::DepositInterest => ("Deposit interest", "Intereses de depósito"),
            EntryKind::RefundPaid => ("Refund paid", "Reembolso pagado"),
            EntryKind::RefundVoided => ("Refund check void", "Cheque de reembolso anulado"),
            EntryKind::RefundHeld => ("Refund held again", "Reembolso retenido de nuevo"),
            EntryKind::RefundBounced => ("Returned after refund", "Devuelto tras reembolso"),
            EntryKind::Remitted => ("Unclaimed, to the state", "No reclamado, al estado"),
        },
    )
}
