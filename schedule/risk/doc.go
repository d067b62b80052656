// Package risk simulates a plan many times with durations and lead times drawn
// from distributions, and says how sure its dates are: quantiles of gates and of
// the end, how often an activity is on the chain that sets the end, how likely a
// material or a person is there in time, and by when to order at a level of
// service.
//
// # Model
//
// A Model gives distributions to activities and describes deliveries. Durations
// are independent; the lead times of one supplier share a factor (a one-factor
// Gaussian copula), so that a supplier is late with many things at once. Each run
// dates the network as schedule does, in the order people are assigned in if the
// network was linked (schedule.Network.Linked): a policy, not a new optimisation.
//
// # Same luck
//
// Random numbers depend on the seed, the number of the run and the id of what
// they are for, and on nothing else. So the result is the same for any number of
// workers, two versions of a plan meet the same luck, and an activity more does
// not change the draws of the others.
package risk
