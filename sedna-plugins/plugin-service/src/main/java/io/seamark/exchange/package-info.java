/**
 * How requests come in and answers go out, in every service: neither holds one of the container's
 * threads while the other side takes its time, both have a deadline, and what they hold in memory
 * is counted before it is allocated. {@link io.seamark.exchange.ExchangeFilter} is put in front of
 * a service's resources, which find the body in their request's {@link
 * io.seamark.exchange.Exchange}.
 *
 * <p>A client is known by its address. One that has more bodies under way than it may, or more than
 * all others when there is no room left, loses the oldest or largest of them, so that clients that
 * send slowly hold up themselves.
 *
 * <p>What goes wrong is answered as the {@link io.seamark.exchange.Problem} that its kind comes to,
 * in every service; {@link io.seamark.exchange.Problems} brings it there.
 */
@NullMarked
package io.seamark.exchange;

import org.jspecify.annotations.NullMarked;
