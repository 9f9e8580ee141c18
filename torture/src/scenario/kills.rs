//! Kills at every request of an action to the store or the model: before it is applied and after it. The server is
//! killed with SIGKILL and started again. Then the state is the old or the new one, a repeat completes without a
//! needless call of the model, and the sweep leaves no orphan.

use std::sync::atomic::AtomicU64;
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
    /// Kills at a request to the model.
    at_model: u64,
}

/// A point at which the server is killed.
#[derive(Clone, Copy, Debug)]
struct Point {
    at_model: bool,
    /// The number of the request to this service, counted from 1.
    nth: u64,
    moment: Moment,
}

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = World::start(shared, "kills", WorldOptions { deadline: DEADLINE, ..WorldOptions::default() }).await?;
    let mut random = ChaCha8Rng::seed_from_u64(shared.seed);
    world.store.plant();
    let (mut counts, mut killed) = (Counts::default(), Vec::new());
    for action in Action::ALL {
        let mut points = points_of(&world, action).await?;
        points.shuffle(&mut random);
        points.truncate(usize::try_from(scale.kill_points).unwrap_or(usize::MAX));
        for point in points {
            let scene = kill(&world, action, point, &mut counts).await?;
            if action == Action::Refresh {
                // A replaced token is accepted for ten seconds only.
                complete(&world, action, &scene, &AtomicU64::new(0)).await;
            } else {
                killed.push((action, scene));
            }
        }
    }
    complete_all(&world, &killed).await;
    world.store.quiet_for(QUIET).await;
    world.sweep().await?;
    for orphan in state::orphans(&world, &killed).await? {
        world.loses(orphan);
    }
    world.measures("actions", Action::ALL.len());
    world.measures("kills", counts.kills);
    world.measures("kills at a request to the model", counts.at_model);
    world.measures("kills that left the old state", counts.old);
    world.measures("kills that left the new state", counts.new);
    world.measures("points that the action did not reach", counts.unreached);
    world.finish().await
}

/// Both moments of each request of an action, to the store and to the model, without a kill.
async fn points_of(world: &World, action: Action) -> Result<Vec<Point>, TortureError> {
    let scene = action.prepare(world).await?;
    world.store.quiet_for(QUIET).await;
    let before = [world.store.requests(), world.model.requests()];
    let answer = action.act(&scene).await;
    if !answer.as_ref().is_some_and(Answer::is_success) {
        return Err(TortureError::Preparation { step: action.name(), answer: outline(answer.as_ref()) });
    }
    world.store.quiet_for(QUIET).await;
    let points = |at_model: bool, requests: u64| {
        let moments = move |nth| [Moment::Before, Moment::After].map(|moment| Point { at_model, nth, moment });
        (1..=requests).flat_map(moments)
    };
    let to_store = points(false, world.store.requests() - before[0]);
    Ok(to_store.chain(points(true, world.model.requests() - before[1])).collect())
}

/// Runs the action and kills the server at this point. Checks the state that it finds afterwards.
async fn kill(world: &World, action: Action, point: Point, counts: &mut Counts) -> Result<Scene, TortureError> {
    let scene = action.prepare(world).await?;
    world.store.quiet_for(QUIET).await;
    let billed = world.model.forwarded();
    let proxy = if point.at_model { &world.model } else { &world.store };
    let reached = proxy.stop_at(point.nth, point.moment);
    world.tries(1);
    let is_reached = tokio::select! {
        biased;
        _ = reached => true,
        _ = action.act(&scene) => false,
    };
    if is_reached {
        counts.kills += 1;
        counts.at_model += u64::from(point.at_model);
        world.restart().await?;
    } else {
        counts.unreached += 1;
        proxy.thaw();
    }
    let words = point.words(action);
    let billed = world.model.forwarded() - billed;
    if billed > u64::from(action.asks_model()) {
        world.loses(format!("{words}: {billed} calls of the model are billed"));
    }
    match action.state(world, &scene).await {
        Ok(State::Old) => counts.old += 1,
        Ok(State::New) => counts.new += 1,
        Err(problem) => world.loses(format!("{words}: {problem}")),
    }
    let findings = world.losses();
    world.verify().await?;
    if world.losses() > findings {
        world.loses(format!("{words}: the findings above are of this kill"));
    }
    Ok(scene)
}

/// Repeats all killed actions until they are complete, at the same time, because the lease of a killed question must
/// end first. Only a question without an answer is asked again.
async fn complete_all(world: &World, killed: &[(Action, Scene)]) {
    let (mut needed, late, before) = (0, AtomicU64::new(0), world.model.forwarded());
    for (action, scene) in killed {
        match action.needs_model(scene).await {
            Ok(needs_model) => needed += u64::from(needs_model),
            Err(problem) => world.loses(format!("{}: {problem}", action.name())),
        }
    }
    join_all(killed.iter().map(|(action, scene)| complete(world, *action, scene, &late))).await;
    let billed = world.model.forwarded() - before;
    if let Some(loss) = loss_of_repeats(billed, needed, late.into_inner()) {
        world.loses(loss);
    }
    world.measures("calls of the model that repeats needed", needed);
    world.measures("calls of the model that repeats made", billed);
}

/// More calls of the model than the repeats needed.
fn loss_of_repeats(billed: u64, needed: u64, late: u64) -> Option<String> {
    let is_needed = billed <= needed + late;
    (!is_needed).then(|| {
        format!("repeats called the model {billed} times: {needed} lacked an answer, and {late} answers came too late")
    })
}

/// Repeats the action until it is complete.
async fn complete(world: &World, action: Action, scene: &Scene, late: &AtomicU64) {
    if let Err(problem) = action.complete(world, scene, late).await {
        world.loses(format!("{} is not completed by a repeat: {problem}", action.name()));
    }
}

impl Point {
    fn words(self, action: Action) -> String {
        let Self { at_model, nth, moment } = self;
        let (action, service) = (action.name(), if at_model { "model" } else { "store" });
        format!("{action} at request {nth} to the {service}, {}", moment.words())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_the_model_without_need_is_a_loss() {
        assert_eq!(
            [(4, 4, 0), (3, 4, 0), (5, 4, 1)].map(|(billed, needed, late)| { loss_of_repeats(billed, needed, late) }),
            [None, None, None]
        );
        let loss = loss_of_repeats(6, 4, 1).expect("one call is needless");
        assert!(loss.starts_with("repeats called the model 6 times"), "{loss}");
    }
}
