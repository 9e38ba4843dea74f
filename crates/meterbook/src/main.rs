//! The binary: command line, wiring, roles as subcommands.

mod args;
mod commands;
mod say;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use meterbook_app::Refused;
use mimalloc::MiMalloc;

use args::{Cli, Command, CycleCommand, Place, UrdbCommand};

/// Bills are many small pieces of memory, made and given back: this one is a fifth faster at them.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// The rules said no; nothing was changed.
const REFUSED: u8 = 2;
/// Something of ours failed, or `check` found something.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let Cli { place, command } = Cli::parse();
    let known = commands::act_as(&place);
    let ended = known.and_then(|()| run(&place, command));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) if why.is::<commands::check::NotClean>() => ExitCode::from(FAILED),
        Err(why) => {
            say::error(&why);
            ExitCode::from(if why.is::<Refused>() { REFUSED } else { FAILED })
        }
    }
}

fn run(place: &Place, command: Command) -> Result<()> {
    match command {
        Command::Demo(demo) => commands::demo::demo(place, &demo),
        Command::Init(init) => commands::init::init(place, &init),
        Command::Serve(serve) => commands::serve::serve(place, &serve),
        Command::Worker(args) => commands::worker::worker(place, &args),
        Command::SignUp(sign_up) => commands::sign_up::sign_up(place, &sign_up),
        Command::Inspect(inspect) => commands::inspect::inspect(&inspect),
        Command::Profile(profile) => commands::profile::profile(place, &profile),
        Command::Import(import) => commands::import::import(place, &import),
        Command::Tariff(tariff) => commands::tariff::tariff(place, &tariff),
        Command::Publish(publish) => commands::publish::publish(place, &publish),
        Command::Term(command) => commands::term::term(place, &command),
        Command::Fact(it) => commands::fact::fact(place, &it),
        Command::Share(share) => commands::allocation::share(place, &share),
        Command::Rec(rec) => commands::certificate::rec(place, rec),
        Command::Cycle(CycleCommand::Plan(plan)) => commands::cycle::plan(place, &plan),
        Command::Cycle(CycleCommand::Show) => commands::cycle::show(place),
        Command::Cycle(CycleCommand::Calendar { file, from }) => {
            commands::cycle::calendar(place, file.as_deref(), from)
        }
        Command::Bill(it) => commands::bill::bill(place, &it),
        Command::Deliver(it) => commands::deliver::deliver(place, &it),
        Command::Paper(it) => commands::paper::paper(place, &it),
        Command::Move(it) => commands::moves::moves(place, &it),
        Command::Customer(it) => commands::customer::customer(place, &it),
        Command::Premise(it) => commands::premise::premise(place, &it),
        Command::Document(it) => commands::document::document(place, &it),
        Command::Meter(it) => commands::meter::meter(place, &it),
        Command::Order(order) => commands::order::order(place, &order),
        Command::Crew(crew) => commands::crew::crew(place, &crew),
        Command::Appointment(it) => commands::crew::appointment(place, &it),
        Command::Task(task) => commands::task::task(place, &task),
        Command::Vee(vee) => commands::vee::vee(place, &vee),
        Command::Note(note) => commands::task::note(place, &note),
        Command::Timeline(of) => commands::timeline::timeline(place, &of),
        Command::Usage(it) => commands::usage::usage(place, &it),
        Command::Pay(pay) => commands::pay::pay(place, &pay),
        Command::Deposit(it) => commands::deposit::deposit(place, &it),
        Command::LateFee(it) => commands::late_fee::late_fee(place, &it),
        Command::Plan(it) => commands::plan::plan(place, &it),
        Command::Pledge(it) => commands::pledge::pledge(place, &it),
        Command::Budget(it) => commands::budget::budget(place, &it),
        Command::Collect(it) => commands::collect::collect(place, &it),
        Command::Protect(it) => commands::collect::protect(place, &it),
        Command::WriteOff(it) => commands::write_off::write_off(place, &it),
        Command::Debit(it) => commands::debit::debit(place, &it),
        Command::Online(it) => commands::online::online(place, &it),
        Command::Drawer(it) => commands::ledger::drawer(place, &it),
        Command::Ledger(it) => commands::ledger::ledger(place, &it),
        Command::Report(it) => commands::report::report(place, &it),
        Command::Receipt(it) => commands::receipt::receipt(place, &it),
        Command::Suspense(it) => commands::receipt::suspense(place, &it),
        Command::Credit(it) => commands::credit::credit(place, &it),
        Command::Search(search) => commands::search::search(place, &search.scraps),
        Command::Check(check) => commands::check::check(place, check.json),
        Command::Staff(staff) => commands::staff::staff(place, staff),
        Command::Role(role) => commands::role::role(place, role),
        Command::Approve(approve) => commands::approve::approve(place, approve),
        Command::Audit(audit) => commands::audit::audit(place, audit),
        Command::Urdb(UrdbCommand::Bill(bill)) => commands::urdb::bill(&bill),
        Command::Urdb(UrdbCommand::Tariff { rates, id, tier_scope }) => {
            commands::urdb::tariff(&rates, &id, tier_scope, None)
        }
        Command::RenderWorker => meterbook_app::deliver::serve_worker(),
    }
}
