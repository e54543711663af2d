//! The charity supermarkets: seventeen stores in two phases, what invented donors give them and what
//! they hand out. What comes in each quarter covers what goes out in it, so that no stock ever falls
//! below zero. Goods are never scaled.

#![allow(clippy::arithmetic_side_effects, reason = "a few thousand hand-outs of a few pieces each")]

use domain::money::Money;
use domain::store::GoodsItem;
use domain::text::GoodsName;

use super::DemoError;
use super::draw::Draw;
use super::enrolment::Enrolment;
use super::place::PLACES;
use super::population::Population;
use super::values::{MONTHS, calendar_day, client_id, money, plain_name, refused, region};
use crate::requests::{OpenStoreRequest, ReceiveGoodsRequest};

/// How many stores the district published (F000-019).
const STORES: usize = 17;

/// The stores of the first phase, one in each street and town.
const FIRST_PHASE: usize = PLACES.len();

/// The second phase opens in January 2018.
const SECOND_PHASE_FROM: usize = 24;

/// Item, unit and declared value in yuan.
const ITEMS: [(&str, &str, i64); 8] = [
    ("大米", "袋", 45),
    ("食用油", "桶", 60),
    ("面粉", "袋", 28),
    ("牛奶", "箱", 50),
    ("棉被", "床", 120),
    ("冬衣", "件", 90),
    ("洗衣液", "瓶", 25),
    ("文具", "套", 30),
];

/// Who gives. Nobody in particular.
const DONORS: [&str; 6] =
    ["爱心企业甲", "爱心企业乙", "爱心企业丙", "热心市民一", "热心市民二", "社区募捐点"];

/// Pieces of one of [`ITEMS`], by its place.
type Pieces = (usize, u32);

/// What one household gets on one day.
pub(super) struct HandOut {
    /// Number, from 1, in order of time.
    pub(super) number: usize,
    /// Place of the store, from 0.
    pub(super) store: usize,
    /// Month of the plan.
    pub(super) month: usize,
    /// Day of the month.
    pub(super) day: u32,
    /// Place of the household.
    pub(super) household: usize,
    pieces: Vec<Pieces>,
}

impl HandOut {
    /// What is handed out.
    pub(super) fn items(&self) -> Result<Vec<GoodsItem>, DemoError> {
        goods(&self.pieces)
    }
}

/// What comes into one store at the beginning of a quarter.
pub(super) struct Delivery {
    store: usize,
    /// Month of the plan.
    pub(super) month: usize,
    donor: &'static str,
    pieces: Vec<Pieces>,
}

impl Delivery {
    /// Asks to book it.
    pub(super) fn request(&self) -> Result<ReceiveGoodsRequest, DemoError> {
        let store = store_id(self.store);
        let occurred_on = calendar_day(self.month, 3)?;
        Ok(ReceiveGoodsRequest {
            id: client_id(&format!("goods-{store}-{occurred_on}"))?,
            store,
            donor: self.donor.to_owned(),
            occurred_on,
            items: goods(&self.pieces)?,
        })
    }
}

/// Everything that passes through the stores, in order of time.
pub(super) struct GoodsFlow {
    /// What comes in.
    pub(super) deliveries: Vec<Delivery>,
    /// What goes out.
    pub(super) hand_outs: Vec<HandOut>,
}

/// The client's id of a store.
pub(super) fn store_id(store: usize) -> String {
    format!("store-{:02}", store + 1)
}

/// The stores that open in a month of the plan.
pub(super) fn openings_in(month: usize) -> Result<Vec<OpenStoreRequest>, DemoError> {
    let opened = (0..STORES).filter(|store| opens_in(*store) == month);
    opened.map(opening).collect()
}

fn opens_in(store: usize) -> usize {
    if store < FIRST_PHASE { 0 } else { SECOND_PHASE_FROM }
}

/// Stores stand in the streets and the town in turn; the name says the how-manieth it is there.
fn opening(store: usize) -> Result<OpenStoreRequest, DemoError> {
    const ORDINALS: [&str; 3] = ["第一", "第二", "第三"];
    let at = PLACES.get(store % PLACES.len());
    let ordinal = ORDINALS.get(store / PLACES.len()).copied().unwrap_or("");
    let name = format!("{}{ordinal}慈善爱心超市", at.map_or("", |place| place.name));
    Ok(OpenStoreRequest {
        id: client_id(&store_id(store))?,
        name: plain_name(&name)?,
        region: at.map(|place| region(place.code)).transpose()?,
    })
}

/// Each store hands out some five times a month to households nearby that are on a roll.
pub(super) fn flow(population: &Population, rolls: &[&[Enrolment]]) -> GoodsFlow {
    let mut draw = Draw::for_purpose("charity-supermarket");
    let nearby: Vec<Vec<usize>> =
        (0..PLACES.len()).map(|place| households_at(place, population, rolls)).collect();
    let mut hand_outs = Vec::new();
    for month in 0..MONTHS {
        for store in (0..STORES).filter(|store| opens_in(*store) <= month) {
            let households = nearby.get(store % PLACES.len()).map_or(&[][..], Vec::as_slice);
            for _ in 0..3 + draw.below(5) {
                let household = households.get(draw.below(households.len()));
                hand_outs.push(HandOut {
                    number: hand_outs.len() + 1,
                    store,
                    month,
                    day: u32::try_from(6 + draw.below(22)).unwrap_or(6),
                    household: household.copied().unwrap_or(0),
                    pieces: basket(&mut draw, month),
                });
            }
        }
    }
    let deliveries = deliveries(&mut draw, &hand_outs);
    GoodsFlow { deliveries, hand_outs }
}

/// The households of some rolls that live at a place.
fn households_at(place: usize, population: &Population, rolls: &[&[Enrolment]]) -> Vec<usize> {
    let lives_here =
        |at: &usize| population.households.get(*at).is_some_and(|home| home.place == place);
    let enrolled = rolls.iter().copied().flatten();
    enrolled.map(|enrolment| enrolment.household).filter(lives_here).collect()
}

/// Rice or flour, mostly oil, quilts and coats in winter, stationery when school begins.
fn basket(draw: &mut Draw, month: usize) -> Vec<Pieces> {
    let mut pieces = vec![(if draw.chance(600) { 0 } else { 2 }, 1 + u32::from(draw.chance(300)))];
    if draw.chance(700) {
        pieces.push((1, 1));
    }
    let seasonal = match month % 12 {
        10 | 11 | 0 | 1 => Some(if draw.chance(500) { 4 } else { 5 }),
        1..=7 if draw.chance(400) => Some(3),
        7 | 8 => Some(7),
        _ => draw.chance(300).then_some(6),
    };
    pieces.extend(seasonal.map(|item| (item, 1)));
    pieces
}

/// For each store and quarter: what will be handed out in it, and a few pieces more.
fn deliveries(draw: &mut Draw, hand_outs: &[HandOut]) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for month in (0..MONTHS).step_by(3) {
        for store in (0..STORES).filter(|store| opens_in(*store) <= month) {
            let needed = |item: usize| -> u32 {
                hand_outs
                    .iter()
                    .filter(|out| out.store == store && (month..month + 3).contains(&out.month))
                    .flat_map(|out| &out.pieces)
                    .filter(|(place, _)| *place == item)
                    .map(|(_, quantity)| quantity)
                    .sum()
            };
            let pieces: Vec<Pieces> = (0..ITEMS.len())
                .map(|item| (item, needed(item) + u32::try_from(draw.below(3)).unwrap_or(0)))
                .filter(|(_, quantity)| *quantity > 0)
                .collect();
            let donor = DONORS.get(draw.below(DONORS.len())).copied().unwrap_or("");
            if !pieces.is_empty() {
                deliveries.push(Delivery { store, month, donor, pieces });
            }
        }
    }
    deliveries
}

fn goods(pieces: &[Pieces]) -> Result<Vec<GoodsItem>, DemoError> {
    pieces
        .iter()
        .filter_map(|(item, quantity)| ITEMS.get(*item).map(|found| (found, *quantity)))
        .map(|((item, unit, yuan), quantity)| goods_item(item, unit, quantity, money(*yuan)?))
        .collect()
}

fn goods_item(item: &str, unit: &str, quantity: u32, value: Money) -> Result<GoodsItem, DemoError> {
    let name = |text: &str| GoodsName::parse(text).map_err(refused("goods name", text));
    GoodsItem::new(name(item)?, name(unit)?, quantity, value).map_err(refused("goods", item))
}
