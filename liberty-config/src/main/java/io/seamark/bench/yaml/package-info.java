/**
 * Reading YAML that people write: unknown keys, wrong types and wrong values are complaints that
 * name file, key, value and rule; see {@link io.seamark.bench.yaml.YamlSection}.
 */
@NullMarked
package io.seamark.bench.yaml;

import org.jspecify.annotations.NullMarked;
