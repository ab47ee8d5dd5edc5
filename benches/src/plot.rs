//! Begin and finish by the number of pending logins, as an SVG. Both axes are logarithmic: a store whose time doesn't
//! depend on the number is a level line.

use crate::row::{duration, thousands};
use crate::stores::Point;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 300.0;
/// Around each panel, for its labels.
const LEFT: f64 = 70.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 60.0;

/// Different in brightness too.
const COLOURS: [&str; 3] = ["#0b5fa5", "#e08a00", "#a01c1c"];
const DASHES: [&str; 3] = ["none", "7 3", "2 3"];

/// Two panels side by side, and what their lines are.
pub fn draw(points: &[Point]) -> String {
    let (least, most) = decades(points);
    let whole = [2.0 * (LEFT + WIDTH) + 20.0, TOP + HEIGHT + BOTTOM + 20.0];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Time of begin and finish by the number of pending logins</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        whole[0], whole[1],
    );
    let panels: [(&str, fn(&Point) -> [f64; 3]); 2] =
        [("begin", |point| point.begin), ("finish", |point| point.finish)];
    for (i, (title, times)) in panels.into_iter().enumerate() {
        let left = LEFT + i as f64 * (LEFT + WIDTH);
        svg += &panel(title, left, points, times, least, most);
    }
    for (i, name) in Point::STORES.into_iter().enumerate() {
        let x = LEFT + i as f64 * 160.0;
        let y = TOP + HEIGHT + BOTTOM;
        svg += &line(&[(x, y - 4.0), (x + 30.0, y - 4.0)], i);
        svg += &text(x + 38.0, y, "start", name);
    }
    svg + "</svg>\n"
}

fn panel(
    title: &str,
    left: f64,
    points: &[Point],
    times: fn(&Point) -> [f64; 3],
    least: f64,
    most: f64,
) -> String {
    let last = points.iter().map(|point| place(point.pending)).fold(1.0, f64::max);
    let x = |pending: f64| left + 10.0 + place(pending) / last * (WIDTH - 30.0);
    let y = |ns: f64| TOP + HEIGHT - (ns.log10() - least) / (most - least) * HEIGHT;
    let mut svg = text(left + WIDTH / 2.0, TOP - 14.0, "middle", title);
    let mut decade = least;
    while decade <= most {
        let ns = 10_f64.powf(decade);
        svg += &format!(
            "<path d=\"M {:.1} {:.1} H {:.1}\" stroke=\"#ddd\"/>\n",
            left,
            y(ns),
            left + WIDTH - 10.0
        );
        svg += &text(left - 6.0, y(ns) + 4.0, "end", &duration(ns).replace(".00", ""));
        decade += 1.0;
    }
    for point in points {
        svg += &text(x(point.pending), TOP + HEIGHT + 18.0, "middle", &thousands(point.pending));
    }
    svg += &text(left + WIDTH / 2.0, TOP + HEIGHT + 36.0, "middle", "pending logins");
    for (store, colour) in COLOURS.into_iter().enumerate() {
        let all: Vec<_> =
            points.iter().map(|point| (x(point.pending), y(times(point)[store]))).collect();
        svg += &line(&all, store);
        for (x, y) in all {
            svg += &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>\n");
        }
    }
    svg
}

/// Where a number is on its axis: none is one step left of one, and each power of ten a step right.
fn place(pending: f64) -> f64 {
    if pending == 0.0 { 0.0 } else { 1.0 + pending.log10() }
}

/// The powers of ten of nanoseconds that all times are between.
fn decades(points: &[Point]) -> (f64, f64) {
    let all = points.iter().flat_map(|point| point.begin.into_iter().chain(point.finish));
    let (least, most) =
        all.fold((f64::MAX, 1.0), |(least, most), ns| (f64::min(least, ns), f64::max(most, ns)));
    (least.log10().floor(), most.log10().ceil())
}

fn line(points: &[(f64, f64)], store: usize) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>\n",
        points.join(" "),
        COLOURS[store],
        DASHES[store],
    )
}

fn text(x: f64, y: f64, anchor: &str, text: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> [Point; 2] {
        [0.0, 100.0].map(|pending| Point {
            pending,
            begin: [3e4, 5e3, 2e5 + pending * 1e4],
            finish: [4e4, 6e4, 2e5],
        })
    }

    #[test]
    fn each_store_has_a_line_in_each_panel_and_one_in_the_legend() {
        let svg = draw(&points());
        assert_eq!(svg.matches("<polyline").count(), 3 * 3);
        assert_eq!(svg.matches("<circle").count(), 2 * 2 * 3);
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn whatever_is_slower_is_higher() {
        let svg = draw(&points());
        let lines = || svg.lines().filter_map(|line| line.strip_prefix("<polyline points=\""));
        let heights = |n: usize| -> Vec<f64> {
            let points = lines().nth(n).unwrap().split_once('"').unwrap().0;
            points
                .split(' ')
                .map(|point| point.split_once(',').unwrap().1.parse().unwrap())
                .collect()
        };
        let [directory, json_file] = [heights(0), heights(2)];
        assert_eq!(directory[0], directory[1]);
        assert!(json_file[1] < json_file[0] && json_file[0] < directory[0]);
    }

    #[test]
    fn all_times_are_between_the_decades() {
        assert_eq!(decades(&points()), (3.0, 7.0));
    }
}
