/**
 * What every service that hosts plugins shares: configuration and registry as CDI beans, and {@code
 * GET /plugins}. Laid into each service's web archive, so that each application has beans of its
 * own.
 */
@NullMarked
package io.seamark.registry.service;

import org.jspecify.annotations.NullMarked;
