//! Kills at every request of an action: before it is applied and after it. The server is killed with SIGKILL and
//! started again. Then the state is the old or the new one, a repeat completes, and the sweep leaves no orphan.

use std::time::Duration;

use futures::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;

use crate::client::{Answer, outline};
use crate::error::TortureError;
use crate::proxy::Moment;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions};

mod action;
mod state;

use action::{Action, Scene};
use state::State;

/// The deadline of a question: its lease ends soon after a kill, so that a repeat need not wait long.
const DEADLINE: Duration = Duration::from_secs(6);
/// Without a request for this time, an action is over.
const QUIET: Duration = Duration::from_millis(40);

/// The kills of all actions, by their outcome.
#[derive(Default)]
struct Counts {
    kills: u64,
    old: u64,
    new: u64,
    unreached: u64,
}

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = World::start(shared, "kills", WorldOptions { deadline: DEADLINE, ..WorldOptions::default() }).await?;
    let mut random = ChaCha8Rng::seed_from_u64(shared.seed);
    world.store.plant();
    let (mut counts, mut killed) = (Counts::default(), Vec::new());
    for action in Action::ALL {
        let requests = requests_of(&world, action).await?;
        let mut points: Vec<(u64, Moment)> =
            (1..=requests).flat_map(|nth| [Moment::Before, Moment::After].map(|moment| (nth, moment))).collect();
        points.shuffle(&mut random);
        points.truncate(usize::try_from(scale.kill_points).unwrap_or(usize::MAX));
        for (nth, moment) in points {
            let scene = kill(&world, action, nth, moment, &mut counts).await?;
            if action == Action::Refresh {
                // A replaced token is accepted for ten seconds only.
                complete(&world, action, &scene).await;
            } else {
                killed.push((action, scene));
            }
        }
    }
    // At the same time, because the lease of a killed question must end first.
    join_all(killed.iter().map(|(action, scene)| complete(&world, *action, scene))).await;
    world.store.quiet_for(QUIET).await;
    world.sweep().await?;
    for orphan in state::orphans(&world, &killed).await? {
        world.loses(orphan);
    }
    world.measures("kills", counts.kills);
    world.measures("kills that left the old state", counts.old);
    world.measures("kills that left the new state", counts.new);
    world.measures("points that the action did not reach", counts.unreached);
    world.finish().await
}

/// The number of requests of an action without a kill.
async fn requests_of(world: &World, action: Action) -> Result<u64, TortureError> {
    let scene = action.prepare(world).await?;
    world.store.quiet_for(QUIET).await;
    let before = world.store.requests();
    let answer = action.act(&scene).await;
    if !answer.as_ref().is_some_and(Answer::is_success) {
        return Err(TortureError::Preparation { step: action.name(), answer: outline(answer.as_ref()) });
    }
    world.store.quiet_for(QUIET).await;
    Ok(world.store.requests() - before)
}

/// Runs the action and kills the server at this point. Checks the state that it finds afterwards.
async fn kill(
    world: &World,
    action: Action,
    nth: u64,
    moment: Moment,
    counts: &mut Counts,
) -> Result<Scene, TortureError> {
    let scene = action.prepare(world).await?;
    world.store.quiet_for(QUIET).await;
    let reached = world.store.stop_at(nth, moment);
    world.tries(1);
    let is_reached = tokio::select! {
        biased;
        _ = reached => true,
        _ = action.act(&scene) => false,
    };
    if is_reached {
        counts.kills += 1;
        world.restart().await?;
    } else {
        counts.unreached += 1;
        world.store.thaw();
    }
    let point = format!("{} at request {nth}, {}", action.name(), moment.words());
    match action.state(world, &scene).await {
        Ok(State::Old) => counts.old += 1,
        Ok(State::New) => counts.new += 1,
        Err(problem) => world.loses(format!("{point}: {problem}")),
    }
    let before = world.losses();
    world.verify().await?;
    if world.losses() > before {
        world.loses(format!("{point}: the findings above are of this kill"));
    }
    Ok(scene)
}

/// Repeats the action until it is complete.
async fn complete(world: &World, action: Action, scene: &Scene) {
    if let Err(problem) = action.complete(world, scene).await {
        world.loses(format!("{} is not completed by a repeat: {problem}", action.name()));
    }
}

impl Moment {
    const fn words(self) -> &'static str {
        match self {
            Self::Before => "before it is applied",
            Self::After => "after it is applied",
        }
    }
}
