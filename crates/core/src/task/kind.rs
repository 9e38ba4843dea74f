//! The kinds of tasks, what presses how much, and the ways out of each.

use crate::bill::check::Hold;
use crate::person::Language;

/// What sort of thing has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskKind {
    /// A bill is held: no meter hangs there.
    HeldNoMeter,
    /// A bill is held: a register has no read.
    HeldNoRead,
    /// A bill is held: interval values are missing.
    HeldGap,
    /// A bill is held: a register went back.
    HeldWentBack,
    /// A bill is held: meters count in different units.
    HeldUnits,
    /// A bill is held: the tariff cannot price it.
    HeldUnratable,
    /// A bill is held: it is far from usual.
    HeldUnusual,
    /// A bill is held: a rule of the utility doubts it.
    HeldDoubt,
    /// A bill is held: the use is below zero.
    HeldNegativeUse,
    /// A bill is held: earlier days are not billed.
    HeldEarlierUnbilled,
    /// A bill is held: another service on it is.
    HeldCompanion,
    /// A bill is held: the start of service was told late.
    HeldToldLate,
    /// A bill is held: the facts changed under the run.
    HeldChanged,
    /// A bill is held: billing it failed.
    HeldBroken,
    /// Some lines of an imported file were not taken.
    RejectedLines,
    /// Nothing of an imported file was taken.
    RejectedFile,
    /// A meter counts where nobody is on the contract.
    UseWithoutAgreement,
    /// A meter counts where service is cut off and the agreement runs.
    UseWhileCut,
    /// A turn is about to be billed and a read for it is missing.
    MissingRead,
    /// A bill cycle has no turn to come.
    UnplannedCycle,
    /// A register is about to pass its last digit.
    NearRollover,
    /// A read is far from what the register usually does.
    ImplausibleRead,
    /// Two customers may be one.
    DuplicateCustomer,
    /// Somebody wanted to be reminded.
    Reminder,
    /// A complaint.
    Complaint,
    /// A bill that the customer disputes.
    Dispute,
    /// A question that was not answered at once.
    Inquiry,
    /// A read waits: a rule doubts it.
    DoubtfulRead,
    /// A file of reads waits whole.
    DoubtfulFile,
    /// What a meter said was taken, and a rule wants it looked at.
    DoubtfulUse,
    /// Interval values are missing.
    MissingValues,
    /// A register was estimated too often in a row.
    EstimateRun,
    /// Somebody is to be called about what is past due.
    CollectionCall,
    /// A bill or other paper cannot be drawn or sent, and waits.
    PaperLeft,
}

words! {
    TaskKind {
        HeldNoMeter = "held-no-meter", HeldNoRead = "held-no-read", HeldGap = "held-gap",
        HeldWentBack = "held-went-back", HeldUnits = "held-units", HeldUnratable = "held-unratable",
        HeldUnusual = "held-unusual", HeldDoubt = "held-doubt", HeldNegativeUse = "held-negative-use",
        HeldEarlierUnbilled = "held-earlier-unbilled", HeldCompanion = "held-companion",
        HeldToldLate = "held-told-late", HeldChanged = "held-changed",
        HeldBroken = "held-broken",
        RejectedLines = "rejected-lines", RejectedFile = "rejected-file",
        UseWithoutAgreement = "use-without-agreement", UseWhileCut = "use-while-cut-off",
        MissingRead = "missing-read",
        UnplannedCycle = "unplanned-cycle", NearRollover = "near-rollover",
        ImplausibleRead = "implausible-read", DuplicateCustomer = "duplicate-customer",
        Reminder = "reminder", Complaint = "complaint", Dispute = "dispute", Inquiry = "inquiry",
        DoubtfulRead = "doubtful-read", DoubtfulFile = "doubtful-file",
        DoubtfulUse = "doubtful-use", MissingValues = "missing-values",
        EstimateRun = "estimate-run", CollectionCall = "collection-call",
        PaperLeft = "paper-left",
    }
    Resolution {
        RunAgain = "run-again", Accept = "accept", PlanTurn = "plan-turn", Mended = "mended",
        Imported = "imported", AsItIs = "as-it-is", Different = "different", Done = "done",
        Upheld = "upheld", NotUpheld = "not-upheld", Withdrawn = "withdrawn", PutOff = "put-off",
        OrderRead = "order-read", OrderCut = "order-disconnect", Merge = "merge",
        TakeRead = "take-read", Estimate = "estimate", TakeFile = "take-file",
        RefuseFile = "refuse-file", Reached = "reached", NotReached = "not-reached",
    }
}

/// How much a task presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Before all else: a rule or a bill run waits for it.
    High,
    /// In its turn.
    Usual,
    /// When there is time.
    Low,
}

words! { Priority { High = "high", Usual = "usual", Low = "low" } }

/// A way out of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Bill what is held once more.
    RunAgain,
    /// Let the bill go out as it is.
    Accept,
    /// Plan the next turn of the cycle.
    PlanTurn,
    /// What caused it was mended.
    Mended,
    /// The lines were sent again.
    Imported,
    /// It is right as it is.
    AsItIs,
    /// They are two.
    Different,
    /// It was done.
    Done,
    /// The customer is right.
    Upheld,
    /// The customer is not right.
    NotUpheld,
    /// The customer takes it back.
    Withdrawn,
    /// Some other day.
    PutOff,
    /// Somebody goes and reads the meter.
    OrderRead,
    /// Somebody goes and cuts it off.
    OrderCut,
    /// They are one.
    Merge,
    /// The read that waits is right.
    TakeRead,
    /// An estimate stands in for it.
    Estimate,
    /// The file that waits is right.
    TakeFile,
    /// The file that waits is not taken.
    RefuseFile,
    /// Somebody was called and answered.
    Reached,
    /// Nobody answered.
    NotReached,
}

use Resolution::{
    Accept, AsItIs, Different, Done, Estimate, Imported, Mended, Merge, NotReached, NotUpheld,
    OrderCut, OrderRead, PlanTurn, PutOff, Reached, RefuseFile, RunAgain, TakeFile, TakeRead,
    Upheld, Withdrawn,
};

impl TaskKind {
    /// The task that a held bill raises.
    pub fn of_hold(hold: &Hold) -> TaskKind {
        match hold {
            Hold::NoMeter { .. } => TaskKind::HeldNoMeter,
            Hold::NoRead { .. } | Hold::OutsideWindow { .. } | Hold::ReadWaits { .. } => {
                TaskKind::HeldNoRead
            }
            Hold::Gap { .. } => TaskKind::HeldGap,
            Hold::WentBack { .. } => TaskKind::HeldWentBack,
            Hold::Units { .. } => TaskKind::HeldUnits,
            Hold::Unratable(_) => TaskKind::HeldUnratable,
            Hold::Unusual { .. } => TaskKind::HeldUnusual,
            Hold::Doubt(_) => TaskKind::HeldDoubt,
            Hold::NegativeUse { .. } => TaskKind::HeldNegativeUse,
            Hold::EarlierUnbilled { .. } => TaskKind::HeldEarlierUnbilled,
            Hold::Companion => TaskKind::HeldCompanion,
            Hold::ToldLate => TaskKind::HeldToldLate,
            Hold::Changed => TaskKind::HeldChanged,
            Hold::Broken { .. } => TaskKind::HeldBroken,
        }
    }

    /// The task that a hold with this word raises.
    pub fn of_hold_word(word: &str) -> Option<TaskKind> {
        TaskKind::from_word(&format!("held-{word}"))
    }

    /// Whether a held bill raises it.
    pub fn is_hold(self) -> bool {
        self.word().starts_with("held-")
    }

    /// The ways out, the likeliest first: at most four, one for each key.
    pub const fn resolutions(self) -> &'static [Resolution] {
        match self {
            TaskKind::HeldNoRead => &[RunAgain, OrderRead, Estimate, PutOff],
            TaskKind::HeldWentBack => &[RunAgain, OrderRead, PutOff],
            TaskKind::HeldGap => &[RunAgain, Estimate, PutOff],
            TaskKind::HeldNoMeter
            | TaskKind::HeldUnits
            | TaskKind::HeldUnratable
            | TaskKind::HeldNegativeUse
            | TaskKind::HeldEarlierUnbilled
            | TaskKind::HeldCompanion
            | TaskKind::HeldToldLate
            | TaskKind::HeldChanged
            | TaskKind::HeldBroken => &[RunAgain, PutOff],
            TaskKind::HeldUnusual | TaskKind::HeldDoubt => &[Accept, RunAgain, OrderRead, PutOff],
            TaskKind::RejectedLines | TaskKind::RejectedFile => &[Imported, AsItIs, PutOff],
            TaskKind::UseWithoutAgreement => &[Mended, AsItIs, OrderCut, PutOff],
            TaskKind::MissingRead | TaskKind::UseWhileCut => &[Mended, AsItIs, OrderRead, PutOff],
            TaskKind::UnplannedCycle => &[PlanTurn, AsItIs, PutOff],
            TaskKind::NearRollover => &[AsItIs, PutOff],
            TaskKind::ImplausibleRead => &[AsItIs, Mended, OrderRead, PutOff],
            TaskKind::DuplicateCustomer => &[Different, Merge, PutOff],
            TaskKind::Reminder => &[Done, PutOff],
            TaskKind::Complaint | TaskKind::Dispute => &[Upheld, NotUpheld, Withdrawn, PutOff],
            TaskKind::Inquiry => &[Done, Withdrawn, PutOff],
            TaskKind::DoubtfulRead => &[TakeRead, Estimate, OrderRead, PutOff],
            TaskKind::DoubtfulFile => &[RefuseFile, TakeFile, PutOff],
            TaskKind::DoubtfulUse => &[AsItIs, OrderRead, PutOff],
            TaskKind::MissingValues => &[Estimate, AsItIs, OrderRead, PutOff],
            TaskKind::EstimateRun => &[OrderRead, AsItIs, PutOff],
            TaskKind::CollectionCall => &[Reached, NotReached, PutOff],
            TaskKind::PaperLeft => &[Mended, PutOff],
        }
    }

    /// Whether it has to be said why a way out is taken: what a customer or an auditor asks about later,
    /// as a bill made of an estimate.
    pub fn needs_words(self, how: Resolution) -> bool {
        how.needs_words() || (how == Estimate && self.is_hold())
    }

    /// How much it presses.
    pub const fn priority(self) -> Priority {
        match self {
            TaskKind::UnplannedCycle
            | TaskKind::RejectedFile
            | TaskKind::DoubtfulFile
            | TaskKind::PaperLeft
            | TaskKind::Complaint
            | TaskKind::Dispute => Priority::High,
            TaskKind::NearRollover | TaskKind::DuplicateCustomer => Priority::Low,
            _ => Priority::Usual,
        }
    }

    /// Days in which it should be done, where no rule of the business names the day.
    pub const fn days(self) -> i64 {
        match self {
            TaskKind::Dispute => 30,
            TaskKind::Complaint => 10,
            TaskKind::Inquiry | TaskKind::UseWithoutAgreement | TaskKind::UseWhileCut => 5,
            TaskKind::NearRollover | TaskKind::DuplicateCustomer => 14,
            TaskKind::UnplannedCycle | TaskKind::Reminder => 0,
            _ => 2,
        }
    }

    /// What it is called.
    pub const fn name(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            TaskKind::HeldNoMeter => ("No meter", "Sin medidor"),
            TaskKind::HeldNoRead => ("No read", "Sin lectura"),
            TaskKind::HeldGap => ("Missing intervals", "Faltan intervalos"),
            TaskKind::HeldWentBack => ("Register went back", "El registro retrocedió"),
            TaskKind::HeldUnits => ("Different units", "Unidades distintas"),
            TaskKind::HeldUnratable => ("Cannot be priced", "No se puede calcular"),
            TaskKind::HeldDoubt => ("Bill in doubt", "Factura en duda"),
            TaskKind::HeldUnusual => ("Unusual bill", "Factura inusual"),
            TaskKind::HeldNegativeUse => ("Use below zero", "Consumo negativo"),
            TaskKind::HeldEarlierUnbilled => {
                ("Earlier days unbilled", "Días anteriores sin facturar")
            }
            TaskKind::HeldCompanion => ("Other service held", "Otro servicio retenido"),
            TaskKind::HeldToldLate => ("Start told late", "Alta avisada tarde"),
            TaskKind::HeldChanged => ("Changed while billing", "Cambió al facturar"),
            TaskKind::HeldBroken => ("Failed while billing", "Falló al facturar"),
            TaskKind::RejectedLines => ("Rejected lines", "Líneas rechazadas"),
            TaskKind::RejectedFile => ("Rejected file", "Archivo rechazado"),
            TaskKind::UseWithoutAgreement => ("Use without agreement", "Consumo sin contrato"),
            TaskKind::UseWhileCut => ("Use while cut off", "Consumo con el servicio cortado"),
            TaskKind::MissingRead => ("Read missing", "Falta la lectura"),
            TaskKind::UnplannedCycle => ("Cycle not planned", "Ciclo sin plan"),
            TaskKind::NearRollover => ("Near rollover", "Cerca de la vuelta a cero"),
            TaskKind::ImplausibleRead => ("Implausible read", "Lectura inverosímil"),
            TaskKind::DuplicateCustomer => ("Duplicate customer?", "¿Cliente duplicado?"),
            TaskKind::Reminder => ("Reminder", "Recordatorio"),
            TaskKind::Complaint => ("Complaint", "Queja"),
            TaskKind::Dispute => ("Disputed bill", "Factura disputada"),
            TaskKind::Inquiry => ("Open question", "Consulta pendiente"),
            TaskKind::DoubtfulRead => ("Read in doubt", "Lectura en duda"),
            TaskKind::DoubtfulFile => ("File in doubt", "Archivo en duda"),
            TaskKind::DoubtfulUse => ("Use to look at", "Consumo por revisar"),
            TaskKind::MissingValues => ("Values missing", "Faltan valores"),
            TaskKind::EstimateRun => ("Estimated too often", "Estimado demasiadas veces"),
            TaskKind::CollectionCall => ("Call about a debt", "Llamar por una deuda"),
            TaskKind::PaperLeft => ("Paper not sent", "Papel sin enviar"),
        };
        in_language(language, english, spanish)
    }

    /// What to do about it before a way out is taken.
    pub const fn advice(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            TaskKind::HeldNoMeter => (
                "Hang a meter from that day on, then bill it again.",
                "Instale un medidor desde ese día y facture otra vez.",
            ),
            TaskKind::HeldNoRead => (
                "Import the read, have it taken, or let it be estimated.",
                "Importe la lectura, pida que se tome o deje que se estime.",
            ),
            TaskKind::MissingRead => {
                ("Import the read, or have it taken.", "Importe la lectura o pida que se tome.")
            }
            TaskKind::HeldGap => (
                "Import the missing values and bill it again, or let them be estimated.",
                "Importe los valores que faltan y facture otra vez, o deje que se estimen.",
            ),
            TaskKind::HeldWentBack | TaskKind::ImplausibleRead => (
                "Look at the read: a better one is imported beside it.",
                "Revise la lectura: una mejor se importa junto a ella.",
            ),
            TaskKind::HeldUnits => (
                "Give both meters the same unit, then bill it again.",
                "Dé a ambos medidores la misma unidad y facture otra vez.",
            ),
            TaskKind::HeldUnratable => (
                "Say what the tariff needs to know, or publish what it looks for.",
                "Indique lo que la tarifa necesita o publique lo que busca.",
            ),
            TaskKind::HeldUnusual => (
                "Look at the reads. If they are right, accept the bill.",
                "Revise las lecturas. Si son correctas, acepte la factura.",
            ),
            TaskKind::HeldDoubt => (
                "Look at what the rule saw. If it is right, accept the bill.",
                "Mire lo que vio la regla. Si es correcto, acepte la factura.",
            ),
            TaskKind::HeldNegativeUse => (
                "Look at the channels: which way does each one count?",
                "Revise los canales: ¿en qué sentido cuenta cada uno?",
            ),
            TaskKind::HeldEarlierUnbilled => {
                ("Bill the earlier days first.", "Facture primero los días anteriores.")
            }
            TaskKind::HeldCompanion => (
                "Resolve what holds the other service; this one follows.",
                "Resuelva lo que retiene al otro servicio; este lo sigue.",
            ),
            TaskKind::HeldToldLate | TaskKind::HeldChanged => {
                ("Bill it again: nothing else is missing.", "Facture otra vez: no falta nada más.")
            }
            TaskKind::HeldBroken => (
                "Mend what the reason names and bill it again; if it names nothing, send us the log.",
                "Corrija lo que nombra el motivo y facture otra vez; si no nombra nada, envíenos el registro.",
            ),
            TaskKind::RejectedLines | TaskKind::RejectedFile => (
                "Write the rejects with: meterbook import --rejects, mend them and import them.",
                "Escriba los rechazos con: meterbook import --rejects, corríjalos e impórtelos.",
            ),
            TaskKind::UseWithoutAgreement => (
                "Find out who is there, and start service or have it disconnected.",
                "Averigüe quién está allí e inicie el servicio o pida el corte.",
            ),
            TaskKind::UseWhileCut => (
                "Complete the reconnection if there was one; else have somebody look at the meter.",
                "Complete la reconexión si la hubo; si no, pida que alguien revise el medidor.",
            ),
            TaskKind::UnplannedCycle => (
                "Plan more turns, or nobody of the cycle is billed.",
                "Planee más períodos o nadie del ciclo recibirá factura.",
            ),
            TaskKind::NearRollover => (
                "Nothing is wrong: use is followed past the last digit. Look twice at the next read.",
                "No hay error: el consumo se sigue tras el último dígito. Revise la próxima lectura.",
            ),
            TaskKind::DuplicateCustomer => (
                "Compare both; merge them if they are one.",
                "Compare ambos; únalos si son el mismo.",
            ),
            TaskKind::Reminder => ("Do what it says.", "Haga lo que dice."),
            TaskKind::Complaint | TaskKind::Dispute => (
                "Answer the customer, then write down what was decided and why.",
                "Responda al cliente y anote lo decidido y por qué.",
            ),
            TaskKind::Inquiry => ("Answer the customer.", "Responda al cliente."),
            TaskKind::DoubtfulRead => (
                "It waits and is on no bill. See what each way out does: meterbook vee show.",
                "Espera y no está en ninguna factura. Vea cada salida con: meterbook vee show.",
            ),
            TaskKind::DoubtfulFile => (
                "Nothing of it was taken. Ask whoever sent it for the right one.",
                "No se tomó nada. Pida el correcto a quien lo envió.",
            ),
            TaskKind::DoubtfulUse => (
                "It was taken. Tell the customer, or have the meter looked at.",
                "Se tomó. Avise al cliente o pida revisar el medidor.",
            ),
            TaskKind::MissingValues => (
                "Import the missing values, or let them be estimated.",
                "Importe los valores que faltan o deje que se estimen.",
            ),
            TaskKind::EstimateRun => (
                "A crew is sent to read it. Billing goes on with estimates meanwhile.",
                "Se envía una cuadrilla a leerlo. Mientras, se factura con estimaciones.",
            ),
            TaskKind::CollectionCall => (
                "Ask how it can be paid, offer parts, and ask whether somebody is ill. Write down what was said.",
                "Pregunte cómo se puede pagar, ofrezca partes y pregunte si alguien está enfermo. Anote lo dicho.",
            ),
            TaskKind::PaperLeft => (
                "Mend what is said; it goes with what is sent next.",
                "Corrija lo que se dice; sale con el próximo envío.",
            ),
        };
        in_language(language, english, spanish)
    }
}

impl Resolution {
    /// Whether the same cause with the same evidence leaves the task closed.
    pub const fn is_final(self) -> bool {
        match self {
            Imported | AsItIs | Different | Done | Upheld | NotUpheld | Withdrawn | Reached
            | NotReached => true,
            RunAgain | Accept | PlanTurn | Mended | PutOff | OrderRead | OrderCut | Merge => false,
            TakeRead | Estimate | TakeFile | RefuseFile => false,
        }
    }

    /// Whether it bills: all that is held in the cycle goes with it.
    pub const fn bills(self) -> bool {
        matches!(self, RunAgain | Accept)
    }

    /// Whether it can be taken back. A posted bill and a planned turn stay; an order is called off by
    /// itself.
    pub const fn can_be_undone(self) -> bool {
        !matches!(self, RunAgain | Accept | PlanTurn) && !self.orders() && !self.decides()
    }

    /// Whether it sends somebody: the task waits for what they bring.
    pub const fn orders(self) -> bool {
        matches!(self, OrderRead | OrderCut)
    }

    /// Whether it decides what becomes of reads that wait: what is taken stays, and a better read is
    /// added beside it.
    pub const fn decides(self) -> bool {
        matches!(self, TakeRead | Estimate | TakeFile | RefuseFile)
    }

    /// Whether it has to be said why: what a customer or an auditor asks about later.
    pub const fn needs_words(self) -> bool {
        matches!(self, Upheld | NotUpheld)
    }

    /// What it is called.
    pub const fn name(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            RunAgain => ("Bill it again", "Facturar otra vez"),
            Accept => ("Accept the bill", "Aceptar la factura"),
            PlanTurn => ("Plan the next turn", "Planear el próximo período"),
            Mended => ("It is mended", "Está corregido"),
            Imported => ("The lines were sent again", "Las líneas se enviaron otra vez"),
            AsItIs => ("Leave it as it is", "Dejarlo como está"),
            Different => ("They are two", "Son dos"),
            Done => ("Done", "Hecho"),
            Upheld => ("The customer is right", "El cliente tiene razón"),
            NotUpheld => ("The customer is not right", "El cliente no tiene razón"),
            Withdrawn => ("The customer takes it back", "El cliente la retira"),
            PutOff => ("Put it off", "Aplazar"),
            OrderRead => ("Order a read", "Pedir una lectura"),
            OrderCut => ("Order a disconnection", "Pedir el corte"),
            Merge => ("Make them one", "Unirlos"),
            TakeRead => ("The read is right", "La lectura es correcta"),
            Estimate => ("Estimate it", "Estimar"),
            TakeFile => ("The file is right", "El archivo es correcto"),
            RefuseFile => ("Refuse the file", "Rechazar el archivo"),
            Reached => ("They answered", "Contestó"),
            NotReached => ("Nobody answered", "Nadie contestó"),
        };
        in_language(language, english, spanish)
    }

    /// What it does, in a sentence.
    pub const fn effect(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            RunAgain => (
                "What is held in its cycle is rated once more; what is in order now is posted.",
                "Lo retenido de su ciclo se calcula otra vez; lo que esté en orden se contabiliza.",
            ),
            Accept => (
                "The bill is posted although it is far from usual. It cannot be undone here.",
                "La factura se contabiliza aunque sea inusual. Aquí no se puede deshacer.",
            ),
            PlanTurn => (
                "A turn like the last one is planned after it. A planned turn stays.",
                "Se planea un período como el último, después de él. Lo planeado queda.",
            ),
            Mended => (
                "Closes it. It is back if the next look finds the same.",
                "La cierra. Vuelve si la próxima revisión encuentra lo mismo.",
            ),
            Imported => ("Closes it for this file.", "La cierra para este archivo."),
            AsItIs => (
                "Closes it. It is back only if something else is seen.",
                "La cierra. Vuelve solo si se ve otra cosa.",
            ),
            Different => (
                "Closes it. These two are not suspected again.",
                "La cierra. No se sospecha otra vez de estos dos.",
            ),
            Done => ("Closes it.", "La cierra."),
            Upheld => (
                "Closes the case for the customer; say why. Amounts are changed by their own acts.",
                "Cierra el caso a favor del cliente; diga por qué. Los importes se cambian aparte.",
            ),
            NotUpheld => (
                "Closes the case against the customer; say why.",
                "Cierra el caso en contra del cliente; diga por qué.",
            ),
            Withdrawn => ("Closes the case.", "Cierra el caso."),
            PutOff => (
                "Leaves the queue and is back in three days.",
                "Sale de la lista y vuelve en tres días.",
            ),
            OrderRead => (
                "A crew is to read the meter. It is back in three days unless the read settles it.",
                "Una cuadrilla leerá el medidor. Vuelve en tres días si la lectura no lo resuelve.",
            ),
            OrderCut => (
                "A crew is to disconnect it. It is back in three days if nobody is on the contract.",
                "Una cuadrilla hará el corte. Vuelve en tres días si nadie tiene contrato.",
            ),
            TakeRead => (
                "It is kept as a read, and bills are made of it. A read that was taken stays.",
                "Se guarda como lectura y se factura con ella. Una lectura tomada queda.",
            ),
            Estimate => (
                "What is missing is worked out and marked so; the next actual read settles it.",
                "Lo que falta se calcula y se marca; la próxima lectura real lo ajusta.",
            ),
            TakeFile => (
                "All of it is taken; each of its reads is still looked at.",
                "Se toma entero; cada lectura se revisa aún.",
            ),
            RefuseFile => (
                "Nothing of it is taken. The same file may come again.",
                "No se toma nada. El mismo archivo puede volver.",
            ),
            Reached | NotReached => (
                "Closes it, and is kept with the case, which goes on by its days.",
                "La cierra y queda con el caso, que sigue según sus días.",
            ),
            Merge => (
                "The second is merged into the first; undo takes them apart.",
                "El segundo se une al primero; deshacer los separa.",
            ),
        };
        in_language(language, english, spanish)
    }
}

const fn in_language(
    language: Language,
    english: &'static str,
    spanish: &'static str,
) -> &'static str {
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::bill::doubt::Doubt;
    use crate::money::{Money, Quantity, Unit};
    use crate::rating::Unratable;

    #[test]
    fn every_kind_has_ways_out_one_of_which_closes_it() {
        for kind in TaskKind::ALL {
            let ways = kind.resolutions();
            assert!((2..=4).contains(&ways.len()), "{kind}: a key from 1 to 4 for each way");
            assert!(ways.iter().any(|it| *it != PutOff), "{kind} can only be put off");
            assert!(ways.contains(&PutOff), "{kind} cannot be put off");
            for (nth, way) in ways.iter().enumerate() {
                assert!(!ways[..nth].contains(way), "{kind} offers {way} twice");
            }
        }
    }

    #[test]
    fn every_way_out_is_offered_somewhere() {
        for way in Resolution::ALL {
            assert!(TaskKind::ALL.iter().any(|it| it.resolutions().contains(way)), "{way}");
        }
    }

    #[test]
    fn every_hold_raises_the_task_that_is_named_after_it() {
        let meter = || "E-1".to_owned();
        let on = date(2026, 8, 1);
        let holds = [
            Hold::NoMeter { on },
            Hold::NoRead { meter: meter(), on },
            Hold::Gap { meter: meter(), missing: 1, first: on },
            Hold::WentBack { meter: meter(), on },
            Hold::Units { meter: meter(), unit: Unit::Kwh, other: Unit::Ccf },
            Hold::Unratable(Unratable::NoTariff { tariff: "R-1".to_owned(), on }),
            Hold::Unusual { total: Money::ZERO, usual: Money::ZERO },
            Hold::Doubt(Doubt::Zero),
            Hold::NegativeUse { used: Quantity { micro: -1, unit: Unit::Kwh } },
            Hold::EarlierUnbilled { from: on },
            Hold::Companion,
            Hold::ToldLate,
            Hold::Changed,
            Hold::Broken { why: "a tier has no price".to_owned() },
        ];
        for hold in &holds {
            let kind = TaskKind::of_hold(hold);
            assert_eq!(TaskKind::of_hold_word(hold.word()), Some(kind));
            assert!(kind.is_hold());
        }
        let all = TaskKind::ALL.iter().filter(|it| it.is_hold()).count();
        assert_eq!(all, holds.len(), "a hold was added; say here what it looks like");
    }

    #[test]
    fn a_clerk_reads_every_name_in_both_languages() {
        let differ = |english: &str, spanish: &str| assert_ne!(english, spanish);
        for kind in TaskKind::ALL {
            differ(kind.name(Language::English), kind.name(Language::Spanish));
            differ(kind.advice(Language::English), kind.advice(Language::Spanish));
        }
        for way in Resolution::ALL {
            differ(way.name(Language::English), way.name(Language::Spanish));
            differ(way.effect(Language::English), way.effect(Language::Spanish));
        }
    }
}
