//! Packs a channel-month of interval values into bytes and sums it by period.
